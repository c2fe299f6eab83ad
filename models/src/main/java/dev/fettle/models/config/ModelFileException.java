package dev.fettle.models.config;

import dev.fettle.files.FileErrors;
import java.io.IOException;
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

  /**
   * A file could not be written, and is as it was before: says why and how much room there is.
   *
   * @param cause an error of the file system
   */
  public static ModelFileException unwritten(Path file, IOException cause) {
    String what = cause.getMessage() == null ? cause.toString() : cause.getMessage();
    return new ModelFileException(
        file,
        "cannot be written: "
            + what
            + FileErrors.freeSpace(file)
            + "; nothing was changed: free space or choose another directory",
        cause);
  }

  /** The file or directory the message is about. */
  public Path file() {
    return file;
  }
}
