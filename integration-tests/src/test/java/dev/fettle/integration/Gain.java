package dev.fettle.integration;

import java.util.List;
import java.util.Locale;

/**
 * By how much a share of right answers rose.
 *
 * @param before the share at first, 0 to 1
 * @param after the share in the end
 * @param deviation of their difference
 */
record Gain(double before, double after, double deviation) {
  private static final double NORMAL_95 = 1.96;

  /**
   * Of a run's first evaluation and its last, as if they had put different questions.
   *
   * @param answers of each evaluation
   */
  static Gain of(List<Double> shares, int answers) {
    double before = shares.get(0);
    double after = shares.get(shares.size() - 1);
    double variance = (before * (1 - before) + after * (1 - after)) / answers;
    return new Gain(before, after, Math.sqrt(variance));
  }

  /** Of the same questions put twice: whether each answer was right. */
  static Gain paired(List<Boolean> before, List<Boolean> after) {
    int n = before.size();
    double won = 0;
    double lost = 0;
    for (int i = 0; i < n; i++) {
      won += !before.get(i) && after.get(i) ? 1 : 0;
      lost += before.get(i) && !after.get(i) ? 1 : 0;
    }
    double mean = (won - lost) / n;
    double variance = ((won + lost) / n - mean * mean) / n;
    return new Gain(share(before), share(after), Math.sqrt(variance));
  }

  private static double share(List<Boolean> right) {
    return (double) right.stream().filter(r -> r).count() / right.size();
  }

  private double mean() {
    return after - before;
  }

  /** The lower end of the 95 % interval. */
  double low() {
    return mean() - NORMAL_95 * deviation;
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%.3f to %.3f (gain %.3f, 95 %%: %.3f to %.3f)",
        before,
        after,
        mean(),
        low(),
        mean() + NORMAL_95 * deviation);
  }
}
