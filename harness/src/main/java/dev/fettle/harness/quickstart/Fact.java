package dev.fettle.harness.quickstart;

/**
 * Something that is true of a tiny world.
 *
 * @param kind of what is said
 * @param sentence that says it, as plain text has it
 * @param again the same in other words, where the answer follows from what was just said
 * @param question that asks for it; plain text has none
 * @param answer a word of the sentence
 */
record Fact(TaskKind kind, String sentence, String again, String question, String answer) {

  /** What plain text says of it: what is said once, and again, teaches a model to look back. */
  String text() {
    return sentence + " " + again;
  }

  /** The question behind its sentence. */
  Task task() {
    return new Task(kind, sentence + " " + question, answer);
  }
}
