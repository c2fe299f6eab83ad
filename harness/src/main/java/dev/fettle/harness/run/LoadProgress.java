package dev.fettle.harness.run;

import dev.fettle.data.encode.LoadListener;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** A progress bar while rows are read. */
final class LoadProgress implements LoadListener, AutoCloseable {
  private static final long WHOLE = 1000;
  private final @Nullable ProgressBar bar;

  LoadProgress(Terminal terminal, String what) {
    bar =
        terminal.interactive()
            ? new ProgressBarBuilder()
                .setTaskName(what)
                .setInitialMax(WHOLE)
                .hideEta()
                .setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(200)
                .setConsumer(new ConsoleProgressBarConsumer(terminal.out()))
                .build()
            : null;
  }

  @Override
  public void onRows(long rows, double fraction) {
    if (bar != null) {
      bar.setExtraMessage(rows + " rows");
      bar.stepTo(Math.round(fraction * WHOLE));
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
