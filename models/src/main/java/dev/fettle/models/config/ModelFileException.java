package dev.fettle.models.config;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A model file cannot be read, used or written: missing, truncated, malicious, of an unsupported
 * kind, or the disk is full. One line: the file, what in it, what is wrong, what to do.
 */
public class ModelFileException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Path file;

  /** An error about a file or model directory. */
  public ModelFileException(Path file, String problem) {
    this(file, problem, null);
  }

  /** The same, with what led to it. */
  public ModelFileException(Path file, String problem, @Nullable Throwable cause) {
    super(file + ": " + problem, cause);
    this.file = file;
  }

  /** The file or directory the message is about. */
  public Path file() {
    return file;
  }
}
