package dev.fettle.spi;

import java.nio.file.Path;
import java.util.Optional;

/**
 * How to compile a program.
 *
 * @param expandComposites true to run every composite as its decomposition, for tests
 * @param dumpTo a directory for the program as text, and in the backend's own format
 * @param steadyState true where the slots the program only reads stay as they are over many runs,
 *     as a policy's weights do while it generates. The backend may then keep copies of them in an
 *     order that suits its kernels, which takes memory again; it must notice every change and every
 *     other state, so results never differ. A hint: it may do nothing
 */
public record CompileOptions(boolean expandComposites, Optional<Path> dumpTo, boolean steadyState) {

  /** Native kernels where there are some, no dump, nothing kept. */
  public static final CompileOptions DEFAULT = new CompileOptions(false, Optional.empty(), false);

  /** Every composite as its decomposition. */
  public static final CompileOptions EXPANDED = new CompileOptions(true, Optional.empty(), false);

  /** The same, writing the program to a directory. */
  public CompileOptions dumpingTo(Path directory) {
    return new CompileOptions(expandComposites, Optional.of(directory), steadyState);
  }

  /** The same, for a program that runs many times over slots that stay as they are. */
  public CompileOptions overSteadyState() {
    return new CompileOptions(expandComposites, dumpTo, true);
  }
}
