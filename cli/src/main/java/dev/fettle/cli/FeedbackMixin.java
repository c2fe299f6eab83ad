package dev.fettle.cli;

import dev.fettle.feedback.job.FeedbackWatch;
import dev.fettle.harness.feedback.Feedback;
import dev.fettle.harness.run.Terminal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What both commands of feedback are given, and how they run. */
final class FeedbackMixin {
  @Parameters(paramLabel = "CONFIG", description = "A YAML or JSON file; see docs/feedback.md.")
  private Path config;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Set a key of the configuration, as in --set seed=7.")
  private List<String> overrides = new ArrayList<>();

  Path config() {
    return config;
  }

  List<String> overrides() {
    return overrides;
  }

  /** Runs a job under a bar, until its end or Ctrl-C. */
  int run(
      Terminal terminal,
      CommandSpec spec,
      Function<FeedbackWatch, Feedback.Result> job,
      FeedbackText text) {
    StopSignal stop = Samplings.stopSignal(spec);
    Feedback.Result result;
    try (FeedbackBar bar = new FeedbackBar(terminal, stop)) {
      result = job.apply(bar);
    } catch (OutOfMemoryError e) {
      throw new Failures.OutOfMemory(e, "lower batchSize of the judge or of candidates");
    }
    result.sampled().ifPresent(s -> Samplings.tellRows(s.rows(), spec.commandLine().getOut()));
    text.tell(result.report());
    return result.report().whole() ? 0 : Main.STOPPED;
  }
}
