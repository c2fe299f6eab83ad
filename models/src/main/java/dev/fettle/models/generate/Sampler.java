package dev.fettle.models.generate;

import dev.fettle.models.random.RandomStream;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Chooses the next token on the host, so that every backend draws the same. One sampler serves one
 * sequence.
 */
public final class Sampler {
  private final SamplingOptions options;
  private final RandomStream random;

  /** A sampler whose draws come from a stream of its own. */
  public Sampler(SamplingOptions options, RandomStream random) {
    this.options = options;
    this.random = random;
  }

  /**
   * Chooses a token.
   *
   * @param logits one a token id; changed
   * @param context the ids already there, for the repetition penalty
   */
  public int next(float[] logits, int[] context) {
    penalize(logits, context, options.repetitionPenalty());
    if (options.isGreedy()) {
      return argmax(logits);
    }
    double[] p = distribution(logits, options);
    double u = random.nextDouble();
    int last = 0;
    for (int i = 0; i < p.length; i++) {
      if (p[i] > 0) {
        last = i;
        u -= p[i];
        if (u < 0) {
          return i;
        }
      }
    }
    return last;
  }

  static int argmax(float[] logits) {
    int best = 0;
    for (int i = 1; i < logits.length; i++) {
      if (logits[i] > logits[best]) {
        best = i;
      }
    }
    return best;
  }

  /** Keskar et al., 2019 (CTRL): each token once, however often it occurred. */
  static void penalize(float[] logits, int[] context, double penalty) {
    if (penalty == 1) {
      return;
    }
    for (int id : IntStream.of(context).distinct().toArray()) {
      logits[id] = (float) (logits[id] > 0 ? logits[id] / penalty : logits[id] * penalty);
    }
  }

  /** The probabilities after temperature, top-k, top-p and min-p, summing to one. */
  static double[] distribution(float[] logits, SamplingOptions options) {
    double[] scaled = new double[logits.length];
    for (int i = 0; i < logits.length; i++) {
      scaled[i] = logits[i] / options.temperature();
    }
    boolean filters = options.topK() > 0 || options.topP() < 1;
    if (filters) {
      // Likeliest first; the lower id first among equals.
      Integer[] order = new Integer[scaled.length];
      Arrays.setAll(order, i -> i);
      Arrays.sort(order, Comparator.comparingDouble((Integer i) -> -scaled[i]));
      keepTopK(scaled, order, options.topK());
      keepTopP(scaled, order, options.topP());
    }
    double[] p = softmax(scaled);
    return options.minP() > 0 ? keepMinP(scaled, p, options.minP()) : p;
  }

  private static void keepTopK(double[] scaled, Integer[] order, int k) {
    if (k == 0 || k >= order.length) {
      return;
    }
    // Ties with the k-th stay, as in transformers.
    double threshold = scaled[order[k - 1]];
    for (int i = 0; i < scaled.length; i++) {
      if (scaled[i] < threshold) {
        scaled[i] = Double.NEGATIVE_INFINITY;
      }
    }
  }

  private static void keepTopP(double[] scaled, Integer[] order, double topP) {
    if (topP >= 1) {
      return;
    }
    double[] p = softmax(scaled);
    double before = 0;
    for (int i = 0; i < order.length; i++) {
      if (i > 0 && before >= topP) {
        scaled[order[i]] = Double.NEGATIVE_INFINITY;
      }
      before += p[order[i]];
    }
  }

  private static double[] keepMinP(double[] scaled, double[] p, double minP) {
    double threshold = minP * Arrays.stream(p).max().orElse(0);
    for (int i = 0; i < p.length; i++) {
      if (p[i] < threshold) {
        scaled[i] = Double.NEGATIVE_INFINITY;
      }
    }
    return softmax(scaled);
  }

  private static double[] softmax(double[] x) {
    double max = Arrays.stream(x).max().orElse(0);
    double[] p = Arrays.stream(x).map(v -> Math.exp(v - max)).toArray();
    double sum = Arrays.stream(p).sum();
    return Arrays.stream(p).map(v -> v / sum).toArray();
  }
}
