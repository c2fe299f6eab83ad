package dev.fettle.metrics;

import dev.fettle.metrics.ProgressBars.Bar;
import java.io.PrintStream;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Shows a run to whoever started it: where there are bars, by one with loss and tokens per second;
 * else by a line every few steps, fit for a log file. Evaluations always get a line.
 */
public final class ConsoleSink implements MetricSink {
  private static final int ETA_WINDOW = 20;
  private static final String EVALUATION = "eval_";

  private final PrintStream out;
  private final ConsoleOptions options;
  private final Throughput pace = new Throughput(ETA_WINDOW);
  private final Optional<Bar> bar;
  private long seen;

  /**
   * Begins to show a run; nothing is printed before its first row.
   *
   * @param bars where a person watches
   */
  public ConsoleSink(PrintStream out, ConsoleOptions options, Optional<ProgressBars> bars) {
    this.out = out;
    this.options = options;
    this.seen = options.startStep();
    ProgressBars.Work work =
        new ProgressBars.Work("training", " steps", options.startStep(), options.totalSteps());
    this.bar = bars.map(b -> b.show(work));
  }

  @Override
  public void write(MetricsRow row) {
    boolean evaluation = row.values().keySet().stream().anyMatch(n -> n.startsWith(EVALUATION));
    row.get("step_time").ifPresent(s -> paced(row.step(), s, row.get("compile_time").orElse(0)));
    if (bar.isPresent()) {
      showOnBar(bar.get(), row, evaluation);
    } else if (evaluation || due(row.step())) {
      out.println(line(row, evaluation));
      out.flush();
    }
  }

  /** A row may stand for several steps, where not every step is logged. */
  private void paced(long step, double seconds, double compileSeconds) {
    pace.add(0, seconds, compileSeconds);
    seen = step;
  }

  private void showOnBar(Bar shown, MetricsRow row, boolean evaluation) {
    if (evaluation) {
      // The bar redraws itself below the line.
      out.println("\r" + line(row, true) + "   ");
    } else {
      shown.at(row.step(), summary(row) + timeLeft());
    }
  }

  private boolean due(long step) {
    return step % options.every() == 0 || step == options.totalSteps() || step == firstStep();
  }

  private long firstStep() {
    return options.startStep() + 1;
  }

  private String line(MetricsRow row, boolean evaluation) {
    StringBuilder text = new StringBuilder();
    text.append("step ").append(row.step()).append('/').append(options.totalSteps());
    if (evaluation) {
      for (Map.Entry<String, Number> e : row.values().entrySet()) {
        text.append("  ").append(e.getKey()).append(' ').append(number(e.getValue()));
      }
      return text.toString();
    }
    text.append("  ").append(summary(row));
    row.get("grad_norm").ifPresent(v -> text.append("  grad_norm ").append(number(v)));
    row.get("learning_rate").ifPresent(v -> text.append("  lr ").append(number(v)));
    text.append(timeLeft());
    return text.toString();
  }

  private String timeLeft() {
    long left = options.totalSteps() - seen;
    OptionalDouble each = pace.stepSeconds();
    return left > 0 && each.isPresent()
        ? "  ETA " + clock(Math.round(left * each.getAsDouble()))
        : "";
  }

  private static String summary(MetricsRow row) {
    StringBuilder text = new StringBuilder();
    row.get("loss").ifPresent(v -> text.append("loss ").append(number(v)));
    row.get("reward").ifPresent(v -> text.append("  reward ").append(number(v)));
    row.get("tokens_per_second")
        .ifPresent(v -> text.append("  ").append(thousands(v)).append(" tok/s"));
    return text.toString().strip();
  }

  static String number(Number value) {
    if (value instanceof Long count) {
      return Long.toString(count);
    }
    double v = value.doubleValue();
    boolean plain = v == 0 || (Math.abs(v) >= 1e-3 && Math.abs(v) < 1e6) || !Double.isFinite(v);
    return String.format(Locale.ROOT, plain ? "%.4f" : "%.3e", v);
  }

  private static String thousands(double v) {
    if (v >= 99_950) {
      return String.format(Locale.ROOT, "%.0fk", v / 1000);
    }
    return v >= 9_995
        ? String.format(Locale.ROOT, "%.1fk", v / 1000)
        : String.format(Locale.ROOT, "%.0f", v);
  }

  /** Hours, minutes and seconds, as 1:02:03. */
  static String clock(long seconds) {
    return String.format(
        Locale.ROOT, "%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
  }

  @Override
  public void close() {
    bar.ifPresent(Bar::close);
    out.flush();
  }
}
