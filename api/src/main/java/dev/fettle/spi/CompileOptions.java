package dev.fettle.spi;

import java.nio.file.Path;
import java.util.Optional;

/**
 * How to compile a program.
 *
 * @param expandComposites true to run every composite as its decomposition, for tests
 * @param dumpTo a directory for the program as text, and in the backend's own format
 */
public record CompileOptions(boolean expandComposites, Optional<Path> dumpTo) {

  /** Native kernels where there are some, no dump. */
  public static final CompileOptions DEFAULT = new CompileOptions(false, Optional.empty());

  /** Every composite as its decomposition. */
  public static final CompileOptions EXPANDED = new CompileOptions(true, Optional.empty());

  /** The same, writing the program to a directory. */
  public CompileOptions dumpingTo(Path directory) {
    return new CompileOptions(expandComposites, Optional.of(directory));
  }
}
