package dev.fettle.cli;

import dev.fettle.metrics.ProgressBars;
import java.io.Console;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.time.Duration;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/**
 * Bars on a terminal.
 *
 * @param out the terminal
 */
record TerminalBars(PrintStream out) implements ProgressBars {
  private static final int UPDATE_MILLIS = 300;

  /** Whether standard output is a terminal, as far as this JDK can tell. */
  @SuppressWarnings("SystemConsoleNull") // what newer JDKs say instead is asked below
  static boolean available() {
    Console console = System.console();
    if (console == null) {
      return false;
    }
    try {
      // Since JDK 22 there is always a console, and it says itself whether it is a terminal.
      return (Boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (NoSuchMethodException e) {
      return true;
    } catch (IllegalAccessException | InvocationTargetException e) {
      return false;
    }
  }

  @Override
  public Bar show(Work work) {
    ProgressBarBuilder builder =
        new ProgressBarBuilder()
            .setTaskName(work.name())
            .setInitialMax(work.total())
            .startsFrom(work.from(), Duration.ZERO)
            .setStyle(ProgressBarStyle.ASCII)
            .setUpdateIntervalMillis(UPDATE_MILLIS)
            // Its own counts what the first step compiles; the message says better.
            .hideEta()
            .setConsumer(new ConsoleProgressBarConsumer(out));
    ProgressBar bar =
        work.unit().isEmpty() ? builder.build() : builder.setUnit(work.unit(), 1).build();
    return new Drawn(bar);
  }

  private record Drawn(ProgressBar bar) implements Bar {
    @Override
    public void at(long done, String message) {
      bar.setExtraMessage(message);
      bar.stepTo(done);
    }

    @Override
    public void close() {
      bar.close();
    }
  }
}
