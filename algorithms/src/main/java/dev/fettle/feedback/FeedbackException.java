package dev.fettle.feedback;

import org.jspecify.annotations.Nullable;

/**
 * Feedback that cannot be had: a server that is not there, or that gives no usable answer however
 * often it is asked. The message says what was tried and what to do; what was made until then
 * stays, and the same call goes on with it.
 */
public final class FeedbackException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** An error with nothing underneath it. */
  public FeedbackException(String message) {
    this(message, null);
  }

  /** An error with what lies underneath. */
  public FeedbackException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
