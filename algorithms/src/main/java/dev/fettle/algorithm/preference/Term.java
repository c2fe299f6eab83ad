package dev.fettle.algorithm.preference;

/**
 * A part of a preference loss.
 *
 * @param link from scores to the loss of a pair
 * @param weight what its mean over pairs is multiplied by
 * @param of what the link is given
 */
public record Term(Link link, double weight, Of of) {

  /** What a link is given of the two answers. */
  public enum Of {
    /** Scores: log-ratios as the divergence has them. */
    SCORES,
    /** Log-ratios as they are; log-probabilities where there is no reference. */
    RATIOS
  }
}
