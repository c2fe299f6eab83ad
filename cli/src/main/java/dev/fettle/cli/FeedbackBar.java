package dev.fettle.cli;

import dev.fettle.feedback.job.FeedbackWatch;
import dev.fettle.harness.run.Terminal;
import dev.fettle.metrics.ProgressBars;
import dev.fettle.metrics.ProgressBars.Bar;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A bar while a judge is asked where a person watches, else a line now and then. */
final class FeedbackBar implements FeedbackWatch, AutoCloseable {
  private static final long BETWEEN_LINES = TimeUnit.SECONDS.toNanos(30);

  private final Terminal terminal;
  private final BooleanSupplier stop;
  private @Nullable Bar bar;
  private String shown = "";
  private long told = System.nanoTime();

  FeedbackBar(Terminal terminal, BooleanSupplier stop) {
    this.terminal = terminal;
    this.stop = stop;
  }

  @Override
  public void onRows(long done, long total) {
    show("rows", done, total);
  }

  @Override
  public void onSamples(long done, long total) {
    show("answers", done, total);
  }

  private void show(String what, long done, long total) {
    if (!shown.equals(what)) {
      close();
      shown = what;
      bar =
          terminal
              .bars()
              .map(b -> b.show(new ProgressBars.Work(what, "", done, total)))
              .orElse(null);
    }
    long now = System.nanoTime();
    if (bar != null) {
      bar.at(done, "");
    } else if (now - told >= BETWEEN_LINES && done < total) {
      terminal.out().printf(Locale.ROOT, "%,d of %,d %s%n", done, total, what);
      told = now;
    }
  }

  @Override
  public boolean stopRequested() {
    return stop.getAsBoolean();
  }

  /** Takes the bar away, so that lines can be printed. */
  @Override
  public void close() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }
}
