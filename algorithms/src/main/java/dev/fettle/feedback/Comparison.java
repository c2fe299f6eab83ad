package dev.fettle.feedback;

/**
 * Two answers to be compared, in this order.
 *
 * @param prompt what was asked; a conversation as {@link PromptText} writes it
 * @param first the answer that is shown first
 * @param second the answer that is shown second
 * @param principle by which they are compared
 */
public record Comparison(String prompt, String first, String second, Principle principle) {

  /** The same in the other order. */
  public Comparison swapped() {
    return new Comparison(prompt, second, first, principle);
  }
}
