package dev.fettle.algorithm.rl.estimate;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;

/**
 * Advantages of whole answers over what other answers to the same prompt were worth. A reward of
 * NaN is an answer that could not be scored: it is left out of every mean and deviation, and its
 * own advantage is 0.
 */
public final class Baselines {
  private Baselines() {}

  /**
   * Each reward less the mean of the others' (RLOO; Kool et al. 2019, Ahmadian et al. 2024,
   * 2402.14740). Fewer than two scored answers give 0.
   *
   * @param group rewards of the answers to one prompt
   */
  public static double[] leaveOneOut(double[] group) {
    Spread spread = Spread.of(group);
    if (spread.count() < 2) {
      return new double[group.length];
    }
    // r - (S - r) / (n - 1) = (r - S / n) n / (n - 1), which cancels nothing large.
    double scale = (double) spread.count() / (spread.count() - 1);
    return scored(group, r -> (r - spread.mean()) * scale);
  }

  /**
   * Each reward less the mean of all of them, its own among them (GRPO without division by the
   * deviation, as Liu et al. 2025, 2503.20783).
   *
   * @param group rewards of the answers to one prompt
   */
  public static double[] groupMean(double[] group) {
    Spread spread = Spread.of(group);
    return scored(group, r -> r - spread.mean());
  }

  /**
   * Each reward less the mean of all of them, divided by their deviation (GRPO; Shao et al. 2024,
   * 2402.03300): {@code (r - mean) / (sample deviation + epsilon)}. Equal rewards, or fewer than
   * two scored answers, give 0.
   *
   * @param group rewards of the answers to one prompt
   */
  public static double[] groupRelative(double[] group, double epsilon) {
    return relative(group, Spread.of(group), epsilon);
  }

  /**
   * The same with each group's own mean and the deviation of all rewards of the batch, which does
   * not favour prompts whose answers hardly differ.
   *
   * @param groups rewards by prompt and answer
   */
  public static double[][] batchRelative(double[][] groups, double epsilon) {
    Spread all = Spread.of(groups);
    return Arrays.stream(groups).map(g -> relative(g, all, epsilon)).toArray(double[][]::new);
  }

  private static double[] relative(double[] group, Spread scale, double epsilon) {
    double divisor = Math.sqrt(scale.sampleVariance()) + epsilon;
    if (divisor == 0) {
      return new double[group.length];
    }
    double mean = Spread.of(group).mean();
    return scored(group, r -> (r - mean) / divisor);
  }

  private static double[] scored(double[] group, DoubleUnaryOperator advantage) {
    return Arrays.stream(group)
        .map(r -> Double.isNaN(r) ? 0 : advantage.applyAsDouble(r))
        .toArray();
  }
}
