package dev.fettle.harness.compare;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.fettle.harness.run.Terminal;
import dev.fettle.metrics.ConsoleOptions;
import dev.fettle.metrics.ConsoleSink;
import dev.fettle.metrics.MetricsRow;
import dev.fettle.metrics.Throughput;
import org.jspecify.annotations.Nullable;

/** Shows a run in another process as one in this process would be shown. */
final class RunProgress implements AutoCloseable {
  private static final int WINDOW = 10;

  /** Without a terminal, about so many lines are printed. */
  private static final long LINES = 5;

  private final Terminal terminal;
  private final Throughput throughput = new Throughput(WINDOW);
  private @Nullable ConsoleSink sink;

  RunProgress(Terminal terminal) {
    this.terminal = terminal;
  }

  /** Shows a line of {@link ComparedProcess}; false if it is somebody else's. */
  boolean tell(String line) {
    try {
      if (line.startsWith(ComparedProcess.STEPS)) {
        begin(Long.parseLong(line.substring(ComparedProcess.STEPS.length())));
        return true;
      }
      if (line.startsWith(ComparedProcess.STEP) && sink != null) {
        show(sink, Traces.row(line.substring(ComparedProcess.STEP.length())));
        return true;
      }
    } catch (NumberFormatException | JsonProcessingException e) {
      // Native code wrote into the line: the trace, which counts, comes by file.
      return false;
    }
    return false;
  }

  private void begin(long steps) {
    long every = Math.max(1, steps / LINES);
    sink = new ConsoleSink(terminal.out(), new ConsoleOptions(steps, 0, every), terminal.bars());
  }

  private void show(ConsoleSink to, StepRow row) {
    throughput.add(row.tokens(), row.seconds(), row.compileSeconds());
    to.write(
        MetricsRow.at(row.step())
            .put("loss", row.loss())
            .put("grad_norm", row.gradNorm())
            .put("tokens_per_second", throughput.tokensPerSecond().orElse(0))
            .put("step_time", row.seconds())
            .put("compile_time", row.compileSeconds())
            .build());
  }

  @Override
  public void close() {
    if (sink != null) {
      sink.close();
    }
  }
}
