package dev.fettle.cli;

import dev.fettle.harness.run.Terminal;
import dev.fettle.harness.sample.SampleWatch;
import dev.fettle.metrics.ProgressBars;
import dev.fettle.metrics.ProgressBars.Bar;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A bar while prompts are answered where a person watches, else a line now and then. */
final class SampleBar implements SampleWatch, AutoCloseable {
  private static final long BETWEEN_LINES = TimeUnit.SECONDS.toNanos(30);

  private final Terminal terminal;
  private final BooleanSupplier stop;
  private @Nullable Bar bar;
  private long from;
  private long told;

  SampleBar(Terminal terminal, BooleanSupplier stop) {
    this.terminal = terminal;
    this.stop = stop;
  }

  @Override
  public void onAnswers(long done, long total, long tokens) {
    if (bar == null) {
      bar =
          terminal
              .bars()
              .map(b -> b.show(new ProgressBars.Work("answers", "", done, total)))
              .orElse(null);
    }
    if (from == 0) {
      from = System.nanoTime();
      told = from;
    }
    long now = System.nanoTime();
    String rate =
        tokens == 0
            ? ""
            : String.format(Locale.ROOT, "%,.0f tokens/s", tokens / ((now - from) / 1e9));
    if (bar != null) {
      bar.at(done, rate);
    } else if (now - told >= BETWEEN_LINES && done < total) {
      terminal.out().printf(Locale.ROOT, "%,d of %,d answers  %s%n", done, total, rate);
      told = now;
    }
  }

  @Override
  public boolean stopRequested() {
    return stop.getAsBoolean();
  }

  /** Takes the bar away, so that lines can be printed. */
  void end() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }

  @Override
  public void close() {
    end();
  }
}
