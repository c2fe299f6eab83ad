package dev.fettle.harness.quickstart;

/**
 * A question with the one answer that is right.
 *
 * @param kind what it asks for
 * @param question as it is put to the model
 * @param answer without surrounding blanks
 */
public record Task(TaskKind kind, String question, String answer) {

  /** Whether a model's answer is right: equal but for surrounding blanks. */
  public boolean accepts(String given) {
    return given.strip().equals(answer);
  }
}
