package dev.fettle.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ConsoleSinkTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

  private String run(ConsoleOptions options, int steps) {
    return run(options, steps, Optional.empty());
  }

  private String run(ConsoleOptions options, int steps, Optional<ProgressBars> bars) {
    try (ConsoleSink sink = new ConsoleSink(out, options, bars)) {
      for (int s = (int) options.startStep() + 1; s <= steps; s++) {
        sink.write(
            MetricsRow.at(s)
                .put("loss", 2.0)
                .put("grad_norm", 1.25)
                .put("learning_rate", 1e-5)
                .put("tokens_per_second", 12_345.0)
                .put("step_time", 2.0)
                .build());
        if (s == 5) {
          sink.write(MetricsRow.at(s).put("eval_loss", 1.5).put("eval_num_tokens", 9L).build());
        }
      }
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Test
  void withoutATerminalThereIsALineEveryFewSteps() {
    assertThat(run(new ConsoleOptions(10, 0, 4), 10).lines())
        .containsExactly(
            "step 1/10  loss 2.0000  12.3k tok/s  grad_norm 1.2500  lr 1.000e-05  ETA 0:00:18",
            "step 4/10  loss 2.0000  12.3k tok/s  grad_norm 1.2500  lr 1.000e-05  ETA 0:00:12",
            "step 5/10  eval_loss 1.5000  eval_num_tokens 9",
            "step 8/10  loss 2.0000  12.3k tok/s  grad_norm 1.2500  lr 1.000e-05  ETA 0:00:04",
            "step 10/10  loss 2.0000  12.3k tok/s  grad_norm 1.2500  lr 1.000e-05");
  }

  @Test
  void aResumedRunGoesOnCounting() {
    assertThat(run(new ConsoleOptions(10, 6, 100), 10).lines())
        .satisfiesExactly(
            first -> assertThat(first).startsWith("step 7/10").endsWith("ETA 0:00:06"),
            last -> assertThat(last).startsWith("step 10/10"));
  }

  /** Writes down what a bar is told. */
  private record Told(List<String> what) implements ProgressBars, ProgressBars.Bar {
    @Override
    public ProgressBars.Bar show(Work work) {
      what.add(work.toString());
      return this;
    }

    @Override
    public void at(long done, String message) {
      what.add(done + " " + message);
    }

    @Override
    public void close() {
      what.add("closed");
    }
  }

  @Test
  void whereAPersonWatchesABarShowsLossAndPace() {
    Told told = new Told(new ArrayList<>());
    assertThat(run(new ConsoleOptions(6, 3, 1), 6, Optional.of(told)).strip())
        .isEqualTo("step 5/6  eval_loss 1.5000  eval_num_tokens 9");
    assertThat(told.what())
        .containsExactly(
            "Work[name=training, unit= steps, from=3, total=6]",
            "4 loss 2.0000  12.3k tok/s  ETA 0:00:04",
            "5 loss 2.0000  12.3k tok/s  ETA 0:00:02",
            "6 loss 2.0000  12.3k tok/s",
            "closed");
  }

  @Test
  void numbersStayShort() {
    assertThat(ConsoleSink.number(0.0)).isEqualTo("0.0000");
    assertThat(ConsoleSink.number(5e-7)).isEqualTo("5.000e-07");
    assertThat(ConsoleSink.number(Double.NaN)).isEqualTo("NaN");
    assertThat(ConsoleSink.number(12L)).isEqualTo("12");
    assertThat(ConsoleSink.clock(3723)).isEqualTo("1:02:03");
  }
}
