package dev.fettle.harness.run;

import dev.fettle.algorithm.RunSite;
import dev.fettle.metrics.ProgressBars.Bar;
import dev.fettle.metrics.ProgressBars.Work;
import java.nio.file.Path;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;

/**
 * Where a run works.
 *
 * @param directory of the run
 * @param terminal which shows it
 * @param warnings that the user is told
 * @param stopRequested true once the run is to stop
 */
public record RunPlace(
    Path directory, Terminal terminal, RunWarnings warnings, BooleanSupplier stopRequested)
    implements RunSite {

  private static final Bar NOWHERE =
      new Bar() {
        @Override
        public void at(long done, String message) {}

        @Override
        public void close() {}
      };

  @Override
  public Bar show(Work work) {
    return terminal.bars().map(b -> b.show(work)).orElse(NOWHERE);
  }

  @Override
  public void tell(String line) {
    // Before the line a bar may stand, which redraws itself below it.
    terminal.out().println((terminal.interactive() ? "\r" : "") + line);
    terminal.out().flush();
  }

  @Override
  public void warn(String warning) {
    warnings.add(warning);
  }

  @Override
  public void requireGoingOn() {
    if (Thread.currentThread().isInterrupted() || stopRequested.getAsBoolean()) {
      throw new CancellationException("asked to stop while answers are sampled");
    }
  }
}
