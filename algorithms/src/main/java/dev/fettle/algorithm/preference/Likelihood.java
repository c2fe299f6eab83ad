package dev.fettle.algorithm.preference;

/**
 * What the negative log-likelihood of chosen answers, a mean over all its tokens in the step,
 * counts in a loss.
 *
 * @param weight what it is multiplied by
 * @param withPrompt whether the prompt's tokens are learnt too, as by ORPO
 */
public record Likelihood(double weight, boolean withPrompt) {

  /** None. */
  public static final Likelihood NONE = new Likelihood(0, false);

  /** That of answers alone. */
  public static Likelihood ofAnswers(double weight) {
    return new Likelihood(weight, false);
  }

  /** That of prompts with their answers. */
  public static Likelihood ofSequences(double weight) {
    return new Likelihood(weight, true);
  }
}
