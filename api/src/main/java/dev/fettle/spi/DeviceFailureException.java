package dev.fettle.spi;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * The device failed while running a program, most often for lack of memory. Reduce the micro-batch
 * or the maximum length, or turn on recomputation.
 */
public final class DeviceFailureException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  /** An error with what failed and its cause. */
  public DeviceFailureException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
