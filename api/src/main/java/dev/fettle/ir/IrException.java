package dev.fettle.ir;

import java.io.Serial;

/**
 * A graph was built wrongly: shapes that do not fit, an axis out of range, a missing gradient.
 *
 * <p>Always a programming error in a model or objective; the message names the operation, the types
 * and, where known, the {@link Origin}.
 */
public final class IrException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  /** An error with a message for the model's author. */
  public IrException(String message) {
    super(message);
  }

  /** An error that adds the place to a cause. */
  public IrException(String message, Throwable cause) {
    super(message, cause);
  }
}
