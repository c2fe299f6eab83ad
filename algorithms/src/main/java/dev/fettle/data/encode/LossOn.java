package dev.fettle.data.encode;

/** Which tokens are targets. The names are those of the configuration. */
public enum LossOn {
  /** The completion where a row has one apart from its prompt, else all tokens, as in TRL. */
  AUTO,
  /** Every token after the first. */
  ALL,
  /** The completion; of a list of messages, the last, which must be the assistant's. */
  COMPLETION,
  /**
   * What the chat template marks with {@code generation} blocks; of a completion, the part so
   * marked.
   */
  ASSISTANT
}
