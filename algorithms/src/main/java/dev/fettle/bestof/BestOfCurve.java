package dev.fettle.bestof;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * What the best of n answers is worth, estimated without bias from N answers: the mean over all
 * subsets of n, {@code E_n = sum_{i=n}^{N} C(i-1, n-1) / C(N, n) s_(i)}, where {@code s_(i)} is the
 * worth of the answer at place i by its reward, from below. As the estimator of pass@k (Chen et
 * al., 2021, arXiv 2107.03374), of which it is the general form.
 */
public final class BestOfCurve {
  private BestOfCurve() {}

  /**
   * The curve of one prompt.
   *
   * @param rewards by which the best is chosen
   * @param worth of the same answers, which may be the rewards themselves. Where rewards are equal
   *     each of them is chosen as often, so their worth is the mean
   * @return {@code E_1} to {@code E_N}
   */
  public static double[] of(double[] rewards, double[] worth) {
    double[] sorted = sorted(rewards, worth);
    int all = sorted.length;
    double[] curve = new double[all];
    for (int n = 1; n <= all; n++) {
      // The weight of the best, C(N-1, n-1) / C(N, n); each weight follows from the one above it,
      // so that no binomial is ever large.
      double weight = (double) n / all;
      double sum = 0;
      for (int i = all; i >= n; i--) {
        sum += weight * sorted[i - 1];
        weight *= (double) (i - n) / Math.max(1, i - 1);
      }
      curve[n - 1] = sum;
    }
    return curve;
  }

  /** The worth of answers in the order of their rewards; of equals the mean. */
  private static double[] sorted(double[] rewards, double[] worth) {
    int[] order =
        IntStream.range(0, rewards.length)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> rewards[i]))
            .mapToInt(Integer::intValue)
            .toArray();
    double[] sorted = Arrays.stream(order).mapToDouble(i -> worth[i]).toArray();
    for (int from = 0; from < order.length; ) {
      int to = from + 1;
      // Zero and negative zero are one reward.
      while (to < order.length && rewards[order[to]] == rewards[order[from]]) {
        to++;
      }
      double mean = Arrays.stream(sorted, from, to).average().orElse(0);
      Arrays.fill(sorted, from, to, mean);
      from = to;
    }
    return sorted;
  }

  /**
   * How far the best of n lies from the model itself at most, in nats: {@code log n - (n-1)/n}
   * (Beirami et al., 2024, arXiv 2401.01879).
   */
  public static double klBound(int n) {
    return Math.log(n) - (double) (n - 1) / n;
  }
}
