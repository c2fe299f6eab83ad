package dev.fettle.harness.run;

import dev.fettle.metrics.ProgressBars;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.Optional;

/**
 * Where a run shows itself.
 *
 * @param out what lines are printed to
 * @param bars where a person watches: bars in place of lines
 */
public record Terminal(PrintStream out, Optional<ProgressBars> bars) {

  /** The process's own standard output, in lines. */
  public static Terminal system() {
    return lines(System.out);
  }

  /** Lines. */
  public static Terminal lines(PrintStream out) {
    return new Terminal(out, Optional.empty());
  }

  /** Shows nothing. */
  public static Terminal none() {
    return lines(new PrintStream(OutputStream.nullOutputStream()));
  }

  /** Whether a person watches. */
  public boolean interactive() {
    return bars.isPresent();
  }

  /** A bar for reading rows, or nothing where nobody watches. */
  LoadProgress loading(String what) {
    return new LoadProgress(this, what);
  }
}
