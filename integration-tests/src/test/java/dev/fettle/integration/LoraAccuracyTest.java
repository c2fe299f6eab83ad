package dev.fettle.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fettle.harness.Fettle;
import dev.fettle.harness.config.BackendSettings;
import dev.fettle.harness.config.RunConfig;
import dev.fettle.harness.quickstart.Examination;
import dev.fettle.harness.quickstart.Examination.Answer;
import dev.fettle.harness.quickstart.Quickstart;
import dev.fettle.harness.quickstart.QuickstartReport;
import dev.fettle.harness.quickstart.QuickstartSettings;
import dev.fettle.harness.quickstart.Scale;
import dev.fettle.harness.quickstart.Task;
import dev.fettle.harness.run.RunOptions;
import dev.fettle.harness.run.Terminal;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An adapter learns the quickstart's questions as well as full fine-tuning does. */
@Tag("slow")
class LoraAccuracyTest {
  private static final String BACKEND = "onnxruntime";

  @TempDir private Path directory;

  @Test
  void anAdapterReachesTheAccuracyOfFullFineTuning() {
    QuickstartReport full =
        Quickstart.run(
            new QuickstartSettings(
                Optional.of(BACKEND), directory.resolve("run"), 1, Scale.normal()),
            Terminal.none());
    List<Task> tasks = full.before().answers().stream().map(Answer::task).toList();
    try (Fettle fettle = Fettle.open(adapter(full), RunOptions.quiet())) {
      Examination after =
          Examination.of(fettle.train().model().orElseThrow(), BackendSettings.of(BACKEND), tasks);
      System.out.printf(
          "held-out questions right: %d full, %d with an adapter, of %d%n",
          full.main().after().right(), after.right(), tasks.size());
      assertThat(after.accuracy()).isGreaterThanOrEqualTo(full.main().after().accuracy());
    }
  }

  /** The quickstart's own fine-tuning, but for the adapter and its learning rate. */
  private static RunConfig adapter(QuickstartReport full) {
    Scale.Stage stage = Scale.normal().fineTuning();
    return RunConfig.builder()
        .set("run.name", "lora")
        .set("run.out", full.directory())
        .set("run.seed", 1)
        .set("backend.id", BACKEND)
        .set("model.path", full.base().model())
        .set("model.adapter.rank", 16)
        .set("model.adapter.alpha", 32)
        .set("model.adapter.targets", List.of("all-linear"))
        // The base has never seen the tokens that mark a conversation: their embeddings are random.
        // Its last norm bounds its logits: frozen, no adapter can make an answer certain.
        .set("model.adapter.modulesToSave", List.of("embed_tokens", "norm"))
        .set("data.train", full.directory().resolve("data/questions.train.jsonl"))
        .set("data.maxLength", stage.maxLength())
        .set("algorithm.lossOn", "completion")
        .set("optimizer.learningRate", 3e-3)
        .set("optimizer.betas", List.of(0.9, 0.99))
        .set("optimizer.schedule.type", "cosine")
        .set("optimizer.schedule.warmupSteps", stage.steps() / 20)
        .set("train.steps", stage.steps())
        .set("train.batchSize", stage.batchSize())
        .set("train.checkpointEvery", 0)
        .set("train.keep", 1)
        .set("track", List.of("jsonl"))
        .build();
  }
}
