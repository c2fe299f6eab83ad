package dev.fettle.cli;

import dev.fettle.harness.run.Terminal;
import dev.fettle.harness.sample.SampleWatch;
import dev.fettle.metrics.ProgressBars;
import dev.fettle.metrics.ProgressBars.Bar;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A bar while prompts are answered, where a person watches. */
final class SampleBar implements SampleWatch, AutoCloseable {
  private final Terminal terminal;
  private final BooleanSupplier stop;
  private @Nullable Bar bar;
  private long from;

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
      from = System.nanoTime();
    }
    if (bar != null) {
      double seconds = (System.nanoTime() - from) / 1e9;
      bar.at(
          done, tokens == 0 ? "" : String.format(Locale.ROOT, "%,.0f tokens/s", tokens / seconds));
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
