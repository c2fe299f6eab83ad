package dev.fettle.models.generate;

import java.util.Arrays;

/**
 * The tokens one may be drawn from, in the order of their ids, each with its weight: its
 * probability times a common factor, 1 for the likeliest. Kept from token to token, so that nothing
 * is allocated for each.
 */
final class Candidates {
  /** Up to so many keys, sorting is quicker than splitting. */
  private static final int SORTED = 64;

  private final int[] ids;
  private final float[] logits;
  private final double[] weights;
  private final long[] keys;
  private int count;

  /** For so many tokens. */
  Candidates(int vocab) {
    ids = new int[vocab];
    logits = new float[vocab];
    weights = new double[vocab];
    keys = new long[vocab];
  }

  /** Begins anew, with none. */
  void clear() {
    count = 0;
  }

  /** Adds a token; ids come in increasing order. */
  void add(int id, float logit) {
    ids[count] = id;
    logits[count++] = logit;
  }

  int count() {
    return count;
  }

  int id(int i) {
    return ids[i];
  }

  float logit(int i) {
    return logits[i];
  }

  /** The largest logit; minus infinity where there is no candidate. */
  float largest() {
    float largest = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < count; i++) {
      if (logits[i] > largest) {
        largest = logits[i];
      }
    }
    return largest;
  }

  /** The probability of the i-th, where {@link #total} is given. */
  double share(int i, double total) {
    return weights[i] / total;
  }

  /**
   * Weighs them at a temperature. The largest logit is subtracted first: divided by a temperature
   * of 1e-308 it would be infinite.
   */
  void weigh(float largest, double temperature) {
    for (int i = 0; i < count; i++) {
      weights[i] = Exponentials.exp(((double) logits[i] - largest) / temperature);
    }
  }

  double total() {
    double sum = 0;
    for (int i = 0; i < count; i++) {
      sum += weights[i];
    }
    return sum;
  }

  /** Drops those lighter than a share of the likeliest. */
  void keepShareOfLargest(double share) {
    int n = 0;
    for (int i = 0; i < count; i++) {
      if (weights[i] >= share) {
        move(i, n++);
      }
    }
    count = n;
  }

  /**
   * Keeps the smallest set of the likeliest whose probability reaches a share; among equals those
   * of lower id.
   */
  void keepLikeliest(double share) {
    double total = total();
    // All that are lighter than this weigh less than 1 - share together.
    double least = Math.min(1, total * (1 - share) / count);
    int n = 0;
    for (int i = 0; i < count; i++) {
      if (weights[i] >= least) {
        keys[n++] = key(i);
      }
    }
    long last = lastNeeded(n, share * total);
    int kept = 0;
    for (int i = 0; i < count; i++) {
      if (weights[i] >= least && key(i) >= last) {
        move(i, kept++);
      }
    }
    count = kept;
  }

  private void move(int from, int to) {
    ids[to] = ids[from];
    logits[to] = logits[from];
    weights[to] = weights[from];
  }

  /** Larger for larger logits, then for lower ids. Adding zero makes both zeros one. */
  private long key(int i) {
    int bits = Float.floatToIntBits(logits[i] + 0f);
    int ordered = bits ^ ((bits >> 31) & Integer.MAX_VALUE);
    return (long) ordered << 32 | (~i & 0xFFFFFFFFL);
  }

  private double weightOf(long key) {
    return weights[~(int) key];
  }

  /**
   * The key of the last of the likeliest that are needed to reach a weight: a quickselect that
   * looks for a sum instead of a rank, so that the keys are never all sorted.
   */
  private long lastNeeded(int n, double weight) {
    int from = 0;
    int to = n;
    double before = 0;
    while (to - from > SORTED) {
      int split = partition(from, to);
      double upper = 0;
      for (int i = from; i < split; i++) {
        upper += weightOf(keys[i]);
      }
      if (before + upper >= weight) {
        to = split;
      } else {
        before += upper;
        from = split;
      }
    }
    Arrays.sort(keys, from, to);
    for (int i = to - 1; i > from; i--) {
      before += weightOf(keys[i]);
      if (before >= weight) {
        return keys[i];
      }
    }
    return keys[from];
  }

  /**
   * Moves the larger keys to the front; returns where they end. Keys are all different and the
   * pivot is the middle of three, so that neither part is empty.
   */
  private int partition(int from, int to) {
    long pivot = median(keys[from], keys[(from + to) >>> 1], keys[to - 1]);
    int i = from;
    int j = to - 1;
    while (true) {
      while (keys[i] > pivot) {
        i++;
      }
      while (keys[j] < pivot) {
        j--;
      }
      if (i >= j) {
        return i;
      }
      long swapped = keys[i];
      keys[i++] = keys[j];
      keys[j--] = swapped;
    }
  }

  private static long median(long a, long b, long c) {
    return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
  }
}
