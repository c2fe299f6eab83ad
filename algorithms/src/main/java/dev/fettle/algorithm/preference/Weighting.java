package dev.fettle.algorithm.preference;

/** What a pair's loss is multiplied by. */
public enum Weighting {
  /** Nothing: all pairs count alike. */
  NONE,
  /**
   * How likely the policy itself is to give both answers: of each the exponential of the mean over
   * its tokens of {@code log p(y) - log sum_v p(v)^2}; no gradient flows through it (WPO,
   * 2406.11827, eq. 2).
   */
  WPO
}
