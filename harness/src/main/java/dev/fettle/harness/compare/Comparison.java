package dev.fettle.harness.compare;

import dev.fettle.files.FileErrors;
import dev.fettle.harness.config.ConfigWriter;
import dev.fettle.harness.config.RunConfig;
import dev.fettle.harness.run.Terminal;
import dev.fettle.harness.wiring.Backends;
import dev.fettle.metrics.MetricsException;
import dev.fettle.settings.ConfigException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Trains the same thing on several backends, one after the other, each in a process of its own, so
 * that memory and start-up are each one's own and a crash ends only one.
 *
 * <pre>{@code
 * ComparisonReport report =
 *     Comparison.run(
 *         ConfigReader.read(Path.of("run.yaml")),
 *         List.of("tensorflow", "onnxruntime"),
 *         Tolerance.DEFAULT,
 *         Terminal.none());
 * System.out.println(ComparisonTable.of(report));
 * }</pre>
 *
 * <p>Below {@code run.out}, in {@code NAME-compare/}, are then {@code compare.json}, {@code
 * compare.html}, and each run's {@code config.yaml}, {@code metrics.jsonl} and log. The trained
 * models are not kept.
 */
public final class Comparison {
  private static final String RUN_CONFIG = "config.yaml";

  private final Path directory;
  private final Tolerance tolerance;
  private final Terminal terminal;

  private Comparison(Path directory, Tolerance tolerance, Terminal terminal) {
    this.directory = directory;
    this.tolerance = tolerance;
    this.terminal = terminal;
  }

  /**
   * Compares backends.
   *
   * @param config what to train
   * @param backends at least two ids; one may occur again, to see whether it repeats itself
   * @param terminal where progress is shown
   * @throws ConfigException if a backend is absent, listing those there, or if the directory cannot
   *     be used
   */
  public static ComparisonReport run(
      RunConfig config, List<String> backends, Tolerance tolerance, Terminal terminal) {
    Backends there = Backends.discover();
    backends.forEach(id -> there.provider(Optional.of(id)));
    return runAll(config, Contender.on(backends, config), tolerance, terminal);
  }

  /**
   * Compares runs that may differ in more than the backend.
   *
   * @param base gives {@code run.name} and {@code run.out}, and is named in the report
   * @param contenders at least two, with labels of their own
   */
  public static ComparisonReport runAll(
      RunConfig base, List<Contender> contenders, Tolerance tolerance, Terminal terminal) {
    Set<String> labels = new HashSet<>();
    if (contenders.size() < 2 || !contenders.stream().allMatch(c -> labels.add(c.label()))) {
      throw ConfigException.about(
          "backends", "a comparison takes two or more, as in tensorflow,onnxruntime");
    }
    Path directory = base.run().out().resolve(base.run().name() + "-compare");
    return new Comparison(directory, tolerance, terminal).compare(base, contenders);
  }

  private ComparisonReport compare(RunConfig base, List<Contender> contenders) {
    prepare(base, contenders);
    ProcessLauncher launcher = new ProcessLauncher(directory, terminal);
    List<RunTrace> runs = new ArrayList<>();
    for (Contender contender : contenders) {
      announce(contender, runs.size() + 1, contenders.size());
      RunTrace trace = launcher.run(placed(contender));
      if (trace.failure() != null) {
        terminal.out().println("failed: " + trace.failure().message());
      }
      runs.add(trace);
      discardModel(directory.resolve(contender.label()));
    }
    return written(base, runs);
  }

  private void announce(Contender contender, int number, int of) {
    PrintStream out = terminal.out();
    out.printf("%s (%d of %d)%n", contender.label(), number, of);
    out.flush();
  }

  /** The contender's run, in the comparison's directory and with nothing to slow it down. */
  private Contender placed(Contender contender) {
    RunConfig config =
        contender.config().toBuilder()
            .set("run.out", directory)
            .set("run.name", contender.label())
            .set("train.checkpointEvery", 0)
            .set("track", List.of("jsonl"))
            .build();
    return new Contender(contender.label(), config);
  }

  /** An earlier comparison of that name makes room; anything else stays, and is complained of. */
  private void prepare(RunConfig base, List<Contender> contenders) {
    try {
      if (Files.exists(directory) && !isComparison()) {
        throw ConfigException.about(
            "run.name", directory + " holds something else; choose another run.name or --out");
      }
      Files.createDirectories(directory);
      Files.writeString(directory.resolve(RUN_CONFIG), ConfigWriter.yaml(base));
      for (Contender contender : contenders) {
        Path run = directory.resolve(contender.label());
        if (Files.exists(run)) {
          deleteTree(run);
        }
      }
    } catch (IOException e) {
      throw ConfigException.about(
          "run.out",
          directory + " cannot be written: " + FileErrors.reason(e) + "; choose another directory");
    }
  }

  private boolean isComparison() throws IOException {
    if (!Files.isDirectory(directory) || Files.exists(directory.resolve(RUN_CONFIG))) {
      return Files.isDirectory(directory);
    }
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.findAny().isEmpty();
    }
  }

  private void discardModel(Path run) {
    try {
      deleteTree(run.resolve("checkpoints"));
      deleteTree(run.resolve("final"));
    } catch (IOException e) {
      terminal
          .out()
          .println(run + ": the trained model could not be removed: " + FileErrors.reason(e));
    }
  }

  private static void deleteTree(Path tree) throws IOException {
    if (!Files.exists(tree)) {
      return;
    }
    List<Path> paths;
    try (Stream<Path> walk = Files.walk(tree)) {
      paths = new ArrayList<>(walk.toList());
    }
    Collections.reverse(paths);
    for (Path path : paths) {
      Files.delete(path);
    }
  }

  private ComparisonReport written(RunConfig base, List<RunTrace> runs) {
    ComparisonReport report =
        new ComparisonReport(
            directory,
            base.run().name(),
            ConfigWriter.yaml(base),
            Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
            tolerance,
            runs,
            ComparisonReport.pairs(runs, tolerance));
    try {
      Traces.write(report, report.json());
      Files.writeString(report.html(), ComparisonPage.of(report));
    } catch (IOException e) {
      throw new MetricsException("write", directory, e);
    }
    return report;
  }
}
