package dev.fettle.harness.run;

import dev.fettle.metrics.ConsoleOptions;
import java.io.PrintStream;

/**
 * Where a run shows itself.
 *
 * @param out what is printed to
 * @param interactive whether a person watches: progress bars in place of lines
 */
public record Terminal(PrintStream out, boolean interactive) {

  /** The process's own standard output. */
  public static Terminal system() {
    return new Terminal(System.out, ConsoleOptions.terminal());
  }

  /** Shows nothing. */
  public static Terminal none() {
    return new Terminal(new PrintStream(java.io.OutputStream.nullOutputStream()), false);
  }

  /** A progress bar for reading rows, or nothing where nobody watches. */
  LoadProgress loading(String what) {
    return new LoadProgress(this, what);
  }
}
