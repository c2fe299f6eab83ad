package dev.fettle.harness.audit;

import java.util.Arrays;
import java.util.Optional;

/**
 * The law that Gao, Schulman and Hilton found for reinforcement learning (2210.10760, equation 2):
 * with {@code d = sqrt(KL)} a reward gains {@code d (alpha - beta log d)} over that of the
 * reference.
 *
 * @param alpha of the first term
 * @param beta of the second: the larger, the sooner the reward falls again
 */
record OverOptimisation(double alpha, double beta) {
  /** Of fewer points two numbers say nothing. */
  private static final int LEAST_POINTS = 8;

  /** What the law says at a distance. */
  double gain(double d) {
    return d <= 0 ? 0 : d * (alpha - beta * Math.log(d));
  }

  /**
   * The least-squares fit, with the reward at no distance fitted too; empty of too few steps with
   * both.
   */
  static Optional<OverOptimisation> fit(Series kl, Series reward) {
    double[][] both = kl.beside(reward);
    int points = both[0].length;
    double[] first = new double[points];
    double[] second = new double[points];
    for (int i = 0; i < points; i++) {
      double d = Math.sqrt(Math.max(0, both[0][i]));
      first[i] = d;
      second[i] = d == 0 ? 0 : -d * Math.log(d);
    }
    double xx = covariance(first, first);
    double xy = covariance(first, second);
    double yy = covariance(second, second);
    double xr = covariance(first, both[1]);
    double yr = covariance(second, both[1]);
    double determinant = xx * yy - xy * xy;
    boolean sound = points >= LEAST_POINTS && determinant > 1e-9 * xx * yy;
    return sound
        ? Optional.of(
            new OverOptimisation(
                (yy * xr - xy * yr) / determinant, (xx * yr - xy * xr) / determinant))
        : Optional.empty();
  }

  private static double covariance(double[] a, double[] b) {
    double meanA = Arrays.stream(a).average().orElse(0);
    double meanB = Arrays.stream(b).average().orElse(0);
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (a[i] - meanA) * (b[i] - meanB);
    }
    return sum;
  }
}
