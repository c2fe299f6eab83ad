package dev.fettle.feedback;

/**
 * Tokens that were used, as far as it was said.
 *
 * @param prompt tokens of questions
 * @param completion tokens of answers
 */
public record Usage(long prompt, long completion) {

  /** None, or nobody said. */
  public static final Usage NONE = new Usage(0, 0);

  /** Both together. */
  public Usage plus(Usage other) {
    return new Usage(prompt + other.prompt, completion + other.completion);
  }
}
