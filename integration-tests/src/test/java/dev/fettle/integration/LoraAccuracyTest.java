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
  private static final int STEPS = 800;

  @TempDir private Path directory;

  @Test
  void anAdapterReachesTheAccuracyOfFullFineTuning() {
    QuickstartReport quickstart =
        Quickstart.run(
            new QuickstartSettings(
                Optional.of(BACKEND), directory.resolve("run"), 1, Scale.normal(), true),
            Terminal.none());
    Examination whole = after(quickstart, fineTuning(quickstart, "whole", 6e-4));
    Examination adapted =
        after(
            quickstart,
            fineTuning(quickstart, "lora", 3e-3)
                .set("model.adapter.rank", 16)
                .set("model.adapter.alpha", 32)
                .set("model.adapter.targets", List.of("all-linear"))
                // The base has never seen the tokens that mark a conversation: their embeddings are
                // random. Its last norm bounds its logits: frozen, no adapter can make an answer
                // certain.
                .set("model.adapter.modulesToSave", List.of("embed_tokens", "norm")));
    System.out.printf(
        "held-out questions right: %d full, %d with an adapter, of %d%n",
        whole.right(), adapted.right(), whole.answers().size());
    assertThat(adapted.accuracy()).isGreaterThanOrEqualTo(whole.accuracy());
  }

  private static Examination after(QuickstartReport quickstart, RunConfig.Builder job) {
    List<Task> tasks = quickstart.before().answers().stream().map(Answer::task).toList();
    Path questions = quickstart.directory().resolve("data/questions.heldout.jsonl");
    try (Fettle fettle = Fettle.open(job.build(), RunOptions.quiet())) {
      Path model = fettle.train().model().orElseThrow();
      return Examination.of(model, BackendSettings.of(BACKEND), questions, tasks);
    }
  }

  /** The quickstart's own fine-tuning, but longer: until nothing is left to be learnt. */
  private static RunConfig.Builder fineTuning(
      QuickstartReport quickstart, String name, double learningRate) {
    Scale.Stage stage = Scale.normal().stages().fineTuning();
    return RunConfig.builder()
        .set("run.name", name)
        .set("run.out", quickstart.directory())
        .set("run.seed", 1)
        .set("backend.id", BACKEND)
        .set("model.path", quickstart.directory().resolve("base/final"))
        .set("data.train", quickstart.directory().resolve("data/questions.train.jsonl"))
        .set("data.maxLength", stage.maxLength())
        .set("algorithm.lossOn", "completion")
        .set("optimizer.learningRate", learningRate)
        .set("optimizer.betas", List.of(0.9, 0.99))
        .set("optimizer.schedule.type", "cosine")
        .set("optimizer.schedule.warmupSteps", STEPS / 20)
        .set("train.steps", STEPS)
        .set("train.batchSize", stage.batchSize())
        .set("train.checkpointEvery", 0)
        .set("train.keep", 1)
        .set("track", List.of("jsonl"));
  }
}
