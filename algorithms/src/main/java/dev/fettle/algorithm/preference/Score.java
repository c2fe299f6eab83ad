package dev.fettle.algorithm.preference;

/** From answers' log-ratios, summed over their tokens, to what is compared of them. */
@FunctionalInterface
public interface Score {

  /** Log-ratios as they are; log-probabilities where there is no reference. */
  Score RATIOS = pairs -> pairs;

  /** Means over an answer's tokens. */
  Score PER_TOKEN = Pairs::perToken;

  /** The same pairs with these scores in place of what they had. */
  Pairs of(Pairs pairs);

  /** This one, and another of what it gives. */
  default Score then(Score next) {
    return pairs -> next.of(of(pairs));
  }

  /** What a divergence makes of log-ratios. */
  static Score of(Divergence divergence, double alpha) {
    return pairs ->
        pairs.scored(
            divergence.score(pairs.g(), pairs.chosen(), alpha),
            divergence.score(pairs.g(), pairs.rejected(), alpha));
  }

  /**
   * {@code (1 - p^-a) / a} of a log-probability {@code log p}: the reward of AlphaPO (2501.03884,
   * eq. 5), which is an alpha divergence's score; {@code log p} itself at {@code a = 0}.
   */
  static Score shaped(double alpha) {
    return of(Divergence.ALPHA_DIVERGENCE, 1 - alpha);
  }
}
