package dev.fettle.tokenizer;

/**
 * One plain turn of a conversation.
 *
 * @param role {@code system}, {@code user}, {@code assistant}, or what else the template knows
 * @param content its text
 */
public record ChatMessage(String role, String content) {

  /** What the model is told before the conversation. */
  public static ChatMessage system(String content) {
    return new ChatMessage("system", content);
  }

  /** A question. */
  public static ChatMessage user(String content) {
    return new ChatMessage("user", content);
  }

  /** An answer of the model's. */
  public static ChatMessage assistant(String content) {
    return new ChatMessage("assistant", content);
  }
}
