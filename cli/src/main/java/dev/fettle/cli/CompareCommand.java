package dev.fettle.cli;

import dev.fettle.harness.compare.Comparison;
import dev.fettle.harness.compare.ComparisonReport;
import dev.fettle.harness.compare.ComparisonTable;
import dev.fettle.harness.compare.RunFailure;
import dev.fettle.harness.compare.RunTrace;
import dev.fettle.harness.compare.Tolerance;
import dev.fettle.harness.config.RunConfig;
import dev.fettle.ir.op.Linalg.Precision;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code fettle compare}. */
@Command(
    name = "compare",
    mixinStandardHelpOptions = true,
    description = {
      "Train the same thing on several backends, and compare losses, speed and memory.",
      "",
      "Each backend runs in a process of its own, on the same rows in the same order with the same"
          + " seed. A table is printed; compare.json and compare.html are written to"
          + " OUT/NAME-compare. The trained models are not kept.",
      "",
      "Exit code 1 says that the losses left the tolerance, or that a run failed."
    })
final class CompareCommand implements Callable<Integer> {
  @ParentCommand private Main main;
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "CONFIG", description = "A YAML or JSON file; see docs/config.md.")
  private Path config;

  @Option(
      names = "--backends",
      paramLabel = "ID",
      split = ",",
      required = true,
      description = "Two or more, as in tensorflow,onnxruntime,reference.")
  private List<String> backends = new ArrayList<>();

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Set a key of the configuration, as in --set train.steps=50.")
  private List<String> overrides = new ArrayList<>();

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Where to make NAME-compare; by default run.out.")
  private @Nullable Path out;

  @Option(
      names = "--tolerance",
      paramLabel = "X",
      defaultValue = "2e-5",
      description = "How far the losses of a step may lie apart. Default: ${DEFAULT-VALUE}")
  private double tolerance;

  @Option(
      names = "--mean-tolerance",
      paramLabel = "X",
      defaultValue = "2e-6",
      description = "How far they may on average. Default: ${DEFAULT-VALUE}")
  private double meanTolerance;

  @Mixin private StageMixin stage;

  @Override
  public Integer call() {
    RunConfig run = stage.read(config, overrides);
    if (out != null) {
      run = run.toBuilder().set("run.out", out.toAbsolutePath().normalize()).build();
    }
    ComparisonReport report =
        Comparison.run(run, backends, new Tolerance(tolerance, meanTolerance), main.terminal());
    PrintWriter to = spec.commandLine().getOut();
    to.println();
    to.print(ComparisonTable.of(report));
    if (!report.agreed() && run.model().precision() != Precision.FULL) {
      to.println("With bf16, --tolerance and --mean-tolerance must be larger than the defaults.");
    }
    to.println("The curves are in " + report.html());
    return exitCode(report);
  }

  /** Where nothing could run and the user can put all of it right, that is his error. */
  private static int exitCode(ComparisonReport report) {
    if (report.agreed()) {
      return ExitCode.OK;
    }
    List<RunTrace> failures = report.failures();
    boolean users = failures.stream().map(RunTrace::failure).allMatch(f -> f != null && isUsers(f));
    return failures.size() == report.runs().size() && users ? ExitCode.USAGE : ExitCode.SOFTWARE;
  }

  private static boolean isUsers(RunFailure failure) {
    return failure.userError();
  }
}
