package dev.fettle.feedback;

import java.util.OptionalDouble;

/**
 * What a judge gives an answer.
 *
 * @param score on the scale that was asked for; empty where nothing that was said could be read
 * @param reasoning what the judge wrote; empty where it gave likelihoods alone
 * @param asked how it was asked
 */
public record Rating(OptionalDouble score, String reasoning, Asked asked) {

  /** A score without more. */
  public static Rating of(double score) {
    return new Rating(OptionalDouble.of(score), "", Asked.NOTHING);
  }
}
