package dev.fettle.tokenizer;

import org.jspecify.annotations.Nullable;

/**
 * A tokenizer, chat template or vocabulary that cannot be used as it stands.
 *
 * <p>The message is one line: the file (or template and line), what is wrong, and what to do.
 */
public final class TokenizerException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** An error with nothing underneath it. */
  public TokenizerException(String message) {
    this(message, null);
  }

  /** An error caused by another, which is kept for the log. */
  public TokenizerException(String message, @Nullable Throwable cause) {
    // A template may raise an exception of several lines.
    super(message.strip().replaceAll("\\s*\\R\\s*", " "), cause);
  }
}
