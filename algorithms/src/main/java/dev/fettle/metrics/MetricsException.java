package dev.fettle.metrics;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A metrics file cannot be written or continued: no space, no permission, or its folder is gone.
 * The message names the file; free space or change {@code run.out}, then resume the run.
 */
public final class MetricsException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** An error in doing something, as {@code write}, to a file. */
  public MetricsException(String doing, Path file, IOException cause) {
    super("cannot " + doing + " " + file + ": " + reason(cause), cause);
  }

  /** The reason in words; the file system's own exceptions often carry only a path. */
  private static String reason(IOException cause) {
    String kind = cause.getClass().getSimpleName().replace("Exception", "");
    String text = cause.getMessage();
    return cause.getClass() == IOException.class && text != null ? text : kind + " (" + text + ")";
  }
}
