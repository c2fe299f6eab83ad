package dev.fettle.harness.quickstart;

/**
 * Something that is true of a tiny world.
 *
 * @param kind of what is said
 * @param sentence that says it, as plain text has it
 * @param question that asks for it; plain text has none
 * @param answer a word of the sentence
 */
record Fact(TaskKind kind, String sentence, String question, String answer) {

  /** The question behind its sentence. */
  Task task() {
    return new Task(kind, sentence + " " + question, answer);
  }
}
