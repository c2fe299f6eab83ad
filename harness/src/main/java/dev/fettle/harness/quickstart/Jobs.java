package dev.fettle.harness.quickstart;

import dev.fettle.harness.Fettle;
import dev.fettle.harness.config.RunConfig;
import dev.fettle.harness.quickstart.Scale.Stage;
import dev.fettle.harness.run.RunOptions;
import dev.fettle.harness.run.Terminal;
import dev.fettle.harness.run.TrainingReport;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The trainings of a quickstart: what their configurations share, and how each is run and told of.
 *
 * @param settings of the quickstart
 * @param terminal which shows their progress
 * @param transcript told of each when it is over
 */
record Jobs(QuickstartSettings settings, Terminal terminal, Transcript transcript) {

  /** A configuration of which the data and the algorithm are still to be set. */
  RunConfig.Builder of(String name, Path model, Stage stage) {
    return RunConfig.builder()
        .set("run.name", name)
        .set("run.out", settings.directory())
        .set("run.seed", settings.seed())
        .set("model.path", model)
        .set("data.maxLength", stage.maxLength())
        .set("optimizer.learningRate", stage.learningRate())
        .set("optimizer.betas", List.of(0.9, 0.99))
        .set("optimizer.schedule.type", "cosine")
        .set("optimizer.schedule.warmupSteps", stage.steps() / 20)
        .set("train.steps", stage.steps())
        .set("train.batchSize", stage.batchSize())
        .set("train.checkpointEvery", 0)
        .set("train.keep", 1)
        .set("track", terminal.interactive() ? List.of("console", "jsonl") : List.of("jsonl"));
  }

  /** Runs a training on a backend. */
  FineTuning train(String backend, RunConfig.Builder job) {
    long start = System.nanoTime();
    RunConfig config = job.set("backend.id", backend).build();
    RunOptions options = new RunOptions(terminal, Optional.empty(), () -> false);
    try (Fettle fettle = Fettle.open(config, options)) {
      TrainingReport report = fettle.train();
      FineTuning training = FineTuning.of(backend, report, secondsSince(start));
      transcript.trained(training);
      return training;
    }
  }

  static double secondsSince(long start) {
    return (System.nanoTime() - start) / 1e9;
  }
}
