package dev.fettle.reward;

import org.jspecify.annotations.Nullable;

/** A reward function that does not do what it must; the message names it and says what it did. */
public final class RewardException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** An error with what lies underneath. */
  public RewardException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
