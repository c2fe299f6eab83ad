package dev.fettle.algorithm.rl.estimate;

/** What the distance from the reference costs, and how that follows the distance measured. */
public sealed interface KlController permits FixedKl, AdaptiveKl {

  /** What a nat of distance takes from the reward. */
  double coefficient();

  /**
   * The controller for what comes next.
   *
   * @param kl the mean distance of an answer from the reference, in the unit of the target
   * @param samples answers it was measured on
   */
  KlController after(double kl, long samples);
}
