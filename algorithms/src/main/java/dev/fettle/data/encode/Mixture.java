package dev.fettle.data.encode;

import dev.fettle.data.Example;
import dev.fettle.data.Stretches;
import dev.fettle.models.random.RandomStream;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.RandomAccess;

/**
 * Several sources in given shares: an epoch holds {@code weight / sum of weights} of its examples
 * from each, exactly but for rounding. A source that gives more than it has is passed over more
 * than once; of a pass that is not whole the seed chooses the rows. Sources alternate evenly, so
 * that any stretch of an epoch in file order has the shares of the whole.
 *
 * <p>The same counts, weights and seed give the same mixture, so a resumed run goes on in it.
 */
public final class Mixture {

  private final int[] counts;
  private final int[] taken;
  private final int[] examples;

  private Mixture(int[] counts, int[] taken, int[] examples) {
    this.counts = counts;
    this.taken = taken;
    this.examples = examples;
  }

  /**
   * A mixture.
   *
   * @param counts examples of each source, at least one each
   * @param weights of each source, above 0
   */
  public static Mixture of(List<Long> counts, List<Double> weights, Mixing mixing, long seed) {
    int n = counts.size();
    double sum = weights.stream().mapToDouble(Double::doubleValue).sum();
    double size = mixing == Mixing.ALL_EXHAUSTED ? 0 : Double.POSITIVE_INFINITY;
    for (int s = 0; s < n; s++) {
      // An epoch so long that this source is gone through exactly once.
      double own = counts.get(s) * sum / weights.get(s);
      size = mixing == Mixing.ALL_EXHAUSTED ? Math.max(size, own) : Math.min(size, own);
    }
    int[] have = counts.stream().mapToInt(Math::toIntExact).toArray();
    int[] taken = new int[n];
    for (int s = 0; s < n; s++) {
      long wanted = Math.max(1, Math.round(size * weights.get(s) / sum));
      if (wanted > Integer.MAX_VALUE / n) {
        throw new IllegalArgumentException(
            "an epoch of these weights has " + Math.round(size) + " examples");
      }
      taken[s] = (int) wanted;
    }
    return new Mixture(have, taken, interleaved(drawn(have, taken, seed), taken));
  }

  /** The examples taken of each source, by their number among all. */
  private static int[][] drawn(int[] counts, int[] taken, long seed) {
    int[][] drawn = new int[counts.length][];
    int first = 0;
    for (int s = 0; s < counts.length; s++) {
      drawn[s] = new int[taken[s]];
      int whole = taken[s] / counts[s] * counts[s];
      for (int i = 0; i < whole; i++) {
        drawn[s][i] = first + i % counts[s];
      }
      int[] some = some(counts[s], taken[s] - whole, seed, s);
      for (int i = 0; i < some.length; i++) {
        drawn[s][whole + i] = first + some[i];
      }
      first += counts[s];
    }
    return drawn;
  }

  /** So many of a source's examples, in their order, each as likely as any other. */
  private static int[] some(int count, int wanted, long seed, int source) {
    int[] all = new int[count];
    for (int i = 0; i < count; i++) {
      all[i] = i;
    }
    RandomStream random = RandomStream.of(seed, RandomStream.Purpose.MIX, 0, source);
    for (int i = 0; i < wanted; i++) {
      int j = i + random.nextInt(count - i);
      int swapped = all[i];
      all[i] = all[j];
      all[j] = swapped;
    }
    int[] some = Arrays.copyOf(all, wanted);
    Arrays.sort(some);
    return some;
  }

  /** Takes next of the source that is furthest behind its share. */
  private static int[] interleaved(int[][] drawn, int[] taken) {
    int total = Arrays.stream(taken).sum();
    int[] examples = new int[total];
    int[] used = new int[taken.length];
    for (int i = 0; i < total; i++) {
      int next = 0;
      double most = Double.NEGATIVE_INFINITY;
      for (int s = 0; s < taken.length; s++) {
        double behind = (double) taken[s] * (i + 1) / total - used[s];
        if (used[s] < taken[s] && behind > most) {
          most = behind;
          next = s;
        }
      }
      examples[i] = drawn[next][used[next]++];
    }
    return examples;
  }

  /** Examples of an epoch. */
  public int size() {
    return examples.length;
  }

  /** The examples of an epoch in their order; of all sources, one after the other. */
  public <E> List<E> of(List<E> all) {
    return all instanceof Stretches
        ? new MixedStretches<>(all, examples)
        : new Mixed<>(all, examples);
  }

  /** For the log, as {@code a.jsonl 75.0 % (1.00 passes), b.jsonl 25.0 % (3.20 passes)}. */
  public String summary(List<String> names) {
    List<String> parts = new ArrayList<>();
    for (int s = 0; s < taken.length; s++) {
      parts.add(
          String.format(
              Locale.ROOT,
              "%s %.1f %% (%.2f passes)",
              names.get(s),
              100.0 * taken[s] / size(),
              (double) taken[s] / counts[s]));
    }
    return String.format(Locale.ROOT, "an epoch has %,d examples: ", size())
        + String.join(", ", parts);
  }

  private static class Mixed<E> extends AbstractList<E> implements RandomAccess {
    private final List<E> all;
    private final int[] examples;

    Mixed(List<E> all, int[] examples) {
      this.all = all;
      this.examples = examples;
    }

    @Override
    public E get(int index) {
      return all.get(examples[index]);
    }

    @Override
    public int size() {
      return examples.length;
    }

    int number(int index) {
      return examples[index];
    }
  }

  /** Where parts of examples can be read, they still can. */
  private static final class MixedStretches<E> extends Mixed<E> implements Stretches {
    private final Stretches all;

    MixedStretches(List<E> all, int[] examples) {
      super(all, examples);
      this.all = (Stretches) all;
    }

    @Override
    public Example stretch(int index, int offset, int length) {
      return all.stretch(number(index), offset, length);
    }
  }
}
