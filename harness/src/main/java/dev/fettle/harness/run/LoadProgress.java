package dev.fettle.harness.run;

import dev.fettle.data.encode.LoadListener;
import dev.fettle.metrics.ProgressBars;
import dev.fettle.metrics.ProgressBars.Bar;
import java.util.Optional;

/** A bar while rows are read. */
final class LoadProgress implements LoadListener, AutoCloseable {
  private static final long WHOLE = 1000;
  private final Optional<Bar> bar;

  LoadProgress(Terminal terminal, String what) {
    bar = terminal.bars().map(b -> b.show(new ProgressBars.Work(what, "", 0, WHOLE)));
  }

  @Override
  public void onRows(long rows, double fraction) {
    bar.ifPresent(b -> b.at(Math.round(fraction * WHOLE), rows + " rows"));
  }

  @Override
  public void close() {
    bar.ifPresent(Bar::close);
  }
}
