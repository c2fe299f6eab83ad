package dev.fettle.feedback;

import java.util.OptionalDouble;

/**
 * What a judge says of a comparison.
 *
 * @param choice which answer is better
 * @param probability that the first is, where the judge gives it; 0 to 1
 * @param reasoning what the judge wrote; empty where it gave likelihoods alone
 * @param asked how it was asked
 */
public record Verdict(Choice choice, OptionalDouble probability, String reasoning, Asked asked) {

  /** Checks the probability. */
  public Verdict {
    if (probability.isPresent()
        && !(probability.getAsDouble() >= 0 && probability.getAsDouble() <= 1)) {
      throw new IllegalArgumentException("no probability: " + probability.getAsDouble());
    }
  }

  /** A choice without more. */
  public static Verdict of(Choice choice) {
    return new Verdict(choice, OptionalDouble.empty(), "", Asked.NOTHING);
  }

  /** A choice that follows from the probability that the first is better; a half is a tie. */
  public static Verdict ofProbability(double first) {
    Choice choice = first > 0.5 ? Choice.FIRST : first < 0.5 ? Choice.SECOND : Choice.TIE;
    return new Verdict(choice, OptionalDouble.of(first), "", Asked.NOTHING);
  }

  /** The same where the answers are shown the other way round. */
  public Verdict swapped() {
    OptionalDouble other =
        probability.isPresent()
            ? OptionalDouble.of(1 - probability.getAsDouble())
            : OptionalDouble.empty();
    return new Verdict(choice.swapped(), other, reasoning, asked);
  }
}
