package dev.fettle.rollout;

/**
 * A round leaves nothing to learn from. The message says why, and what to do; the policy is as it
 * was after the last step, and in a checkpoint.
 */
public final class RolloutException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What is wrong. */
  public RolloutException(String message) {
    super(message);
  }
}
