package dev.fettle.harness.compare;

import dev.fettle.harness.Fettle;
import dev.fettle.harness.config.ConfigReader;
import dev.fettle.harness.config.RunConfig;
import dev.fettle.harness.run.RunOptions;
import dev.fettle.harness.run.TrainingReport;
import dev.fettle.harness.wiring.Backends;
import dev.fettle.spi.BackendProvider;
import dev.fettle.train.Progress;
import dev.fettle.train.StepEvent;
import dev.fettle.train.TrainingListener;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The process of one run: trains, tells each step on standard output for {@link ProcessLauncher},
 * and leaves a {@link RunTrace}. Whatever else is printed goes to standard error.
 */
public final class ComparedProcess implements TrainingListener {
  /** Begins a line that tells the number of steps. */
  static final String STEPS = "@steps ";

  /** Begins a line that tells a step. */
  static final String STEP = "@step ";

  private final String label;
  private final RunConfig config;
  private final PrintStream told;
  private final List<StepRow> rows = new ArrayList<>();
  private @Nullable Double firstStepSeconds;

  private ComparedProcess(String label, RunConfig config, PrintStream told) {
    this.label = label;
    this.config = config;
    this.told = told;
  }

  /**
   * Runs and ends the process: 0 where the run finished.
   *
   * @param args the run's label, its configuration, and the file to leave the trace in
   */
  public static void main(String[] args) throws IOException {
    PrintStream told = System.out;
    System.setOut(System.err);
    RunConfig config = ConfigReader.read(Path.of(args[1]));
    RunTrace trace = new ComparedProcess(args[0], config, told).run();
    Traces.write(trace, Path.of(args[2]));
    System.exit(trace.finished() ? 0 : 1);
  }

  private RunTrace run() {
    // Once nobody listens any more, the work is in vain.
    RunOptions options = RunOptions.quiet().toldTo(this).stoppingWhen(told::checkError);
    try (Fettle fettle = Fettle.open(config, options)) {
      TrainingReport report = fettle.train();
      return new RunTrace(label, null, facts(report.compileMillis() / 1e3), rows);
    } catch (RuntimeException | LinkageError | OutOfMemoryError e) {
      e.printStackTrace();
      return new RunTrace(label, RunFailure.of(e), facts(0), rows);
    }
  }

  private @Nullable RunFacts facts(double compileSeconds) {
    BackendProvider provider = Backends.discover().provider(config.backend().id());
    return new RunFacts(
        provider.id(),
        provider.version(),
        config.backend().device().toString(),
        config.backend().toOptions().effectiveThreads(),
        Runtime.version().toString(),
        compileSeconds,
        firstStepSeconds,
        secondsSinceStart(),
        PeakMemory.ofThisProcess());
  }

  private static double secondsSinceStart() {
    long start = ManagementFactory.getRuntimeMXBean().getStartTime();
    return (System.currentTimeMillis() - start) / 1e3;
  }

  @Override
  public void onStart(Progress from, long steps) {
    told.println(STEPS + steps);
    told.flush();
  }

  @Override
  public void onStep(StepEvent event) {
    if (rows.isEmpty()) {
      firstStepSeconds = secondsSinceStart();
    }
    StepRow row = StepRow.of(event);
    rows.add(row);
    told.println(STEP + Traces.line(row));
    told.flush();
  }
}
