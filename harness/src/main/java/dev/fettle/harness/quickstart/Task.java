package dev.fettle.harness.quickstart;

import dev.fettle.reward.function.ExactMatch;

/**
 * A question with the one answer that is right.
 *
 * @param kind what it asks for
 * @param question as it is put to the model
 * @param answer without surrounding blanks
 */
public record Task(TaskKind kind, String question, String answer) {
  /** As reward {@code exact-match} judges rows of these tasks. */
  private static final ExactMatch EXACT = new ExactMatch("answer", true, false);

  /** Whether a model's answer is right: equal but for surrounding blanks. */
  public boolean accepts(String given) {
    return EXACT.accepts(answer, given);
  }
}
