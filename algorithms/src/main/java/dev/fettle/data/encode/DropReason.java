package dev.fettle.data.encode;

/** Why a row is not trained on. */
public enum DropReason {
  /** The row has no text at all. */
  EMPTY("empty"),
  /** A single token: nothing could be predicted. */
  TOO_SHORT("too short to predict anything"),
  /** The mask leaves no target: an empty completion, or no assistant message. */
  NO_TARGET("no target"),
  /** There were targets, but truncation cut them all off. */
  NO_TARGET_AFTER_TRUNCATION("no target after truncation"),
  /**
   * The rendered conversation does not begin with the rendered prompt, so their boundary is
   * unknown.
   */
  PROMPT_NOT_KEPT("chat template changes the prompt once it is answered"),
  /** A prompt to be answered that leaves no room for its answer; one that is cut asks otherwise. */
  PROMPT_TOO_LONG("prompt too long for an answer");

  private final String words;

  DropReason(String words) {
    this.words = words;
  }

  @Override
  public String toString() {
    return words;
  }
}
