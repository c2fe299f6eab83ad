package dev.fettle.example.plain;

import dev.fettle.harness.Fettle;
import dev.fettle.harness.config.RunConfig;
import dev.fettle.harness.run.RunOptions;
import dev.fettle.harness.run.TrainingReport;
import dev.fettle.train.StepEvent;
import dev.fettle.train.TrainingListener;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** Fine-tunes a model on a file of rows; can be watched, stopped and gone on with. */
public final class FineTuning {
  private final RunConfig config;
  private final AtomicBoolean stop = new AtomicBoolean();

  private FineTuning(RunConfig config) {
    this.config = config;
  }

  /**
   * A fine-tuning, not begun.
   *
   * @param model a Hugging Face directory
   * @param rows a file of conversations
   * @param out where the run is kept, below its name
   */
  public static FineTuning of(Path model, Path rows, Path out) {
    // docs:begin config
    RunConfig config =
        RunConfig.builder()
            .set("run.name", "answers")
            .set("run.out", out)
            .set("backend.id", "onnxruntime")
            .set("model.path", model)
            .set("data.train", rows)
            .set("data.chatTemplate", "chatml")
            .set("data.maxLength", 64)
            .set("optimizer.learningRate", 5e-3)
            .set("train.steps", 60)
            .set("train.batchSize", 4)
            .set("train.checkpointEvery", 20)
            .build();
    // docs:end
    return new FineTuning(config);
  }

  /**
   * Trains until the end, or until {@link #stop}.
   *
   * @param told of each step
   */
  public TrainingReport train(Consumer<StepEvent> told) {
    stop.set(false);
    // docs:begin train
    RunOptions options =
        RunOptions.quiet()
            .stoppingWhen(stop::get)
            .toldTo(
                new TrainingListener() {
                  @Override
                  public void onStep(StepEvent step) {
                    told.accept(step);
                  }
                });
    try (Fettle fettle = Fettle.open(config, options)) {
      return fettle.train();
    }
    // docs:end
  }

  /** Goes on from the newest checkpoint. */
  public TrainingReport resume() {
    // docs:begin resume
    try (Fettle fettle = Fettle.open(config, RunOptions.quiet())) {
      TrainingReport report = fettle.resume();
      System.out.printf(
          "steps %d to %d, loss %.4f, model in %s%n",
          report.from(), report.step(), report.loss(), report.model().orElseThrow());
      return report;
    }
    // docs:end
  }

  /** Ends the training after the step it is at, with a checkpoint; from any thread. */
  public void stop() {
    // docs:begin stop
    stop.set(true);
    // docs:end
  }
}
