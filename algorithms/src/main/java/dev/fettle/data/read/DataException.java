package dev.fettle.data.read;

import org.jspecify.annotations.Nullable;

/**
 * Data that cannot be used: a missing or broken file, a row without what its format needs, nothing
 * left to train on.
 *
 * <p>The message is for the person who wrote the data: the file and line, what is wrong, and what
 * to do. Nothing has been trained or written when it is thrown.
 */
public final class DataException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** An error with nothing underneath it. */
  public DataException(String message) {
    this(message, null);
  }

  /** An error caused by another, which is kept for the log. */
  public DataException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /** An error in one row; the message begins with where the row is. */
  public static DataException at(RowOrigin origin, String what) {
    return new DataException(origin + " " + what);
  }
}
