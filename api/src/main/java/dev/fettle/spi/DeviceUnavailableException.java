package dev.fettle.spi;

import java.io.Serial;

/** The device asked for cannot be used; the message names what is missing and what to do. */
public final class DeviceUnavailableException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  /** An error with a message for the user. */
  public DeviceUnavailableException(String message) {
    super(message);
  }

  /** An error with a message for the user and its cause. */
  public DeviceUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
