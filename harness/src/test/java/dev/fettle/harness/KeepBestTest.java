package dev.fettle.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.fettle.harness.config.RunConfig;
import dev.fettle.harness.run.RunOptions;
import dev.fettle.harness.run.TrainingReport;
import dev.fettle.harness.run.TrainingReport.Outcome;
import dev.fettle.settings.ConfigException;
import dev.fettle.train.Ending;
import dev.fettle.train.Evaluations.Best;
import dev.fettle.train.StepEvent;
import dev.fettle.train.TrainingListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Evaluations that are compared: the best is kept, and a run that gains nothing ends. */
class KeepBestTest {
  @TempDir private Path dir;
  private Tiny tiny;

  @BeforeEach
  void make() {
    tiny = Tiny.in(dir);
    // Nothing like what is trained on, so that its loss falls and rises again.
    tiny.write("other.jsonl", "{\"text\": \"What is one and two? It is three.\"}\n");
  }

  /** Learns so fast that the evaluation soon gets worse. */
  private RunConfig.Builder config(String name) {
    return tiny.config(name)
        .set("data.eval", dir.resolve("other.jsonl"))
        .set("optimizer.learningRate", 0.05)
        .set("optimizer.schedule.type", "constant")
        .set("train.steps", 20)
        .set("train.evalEvery", 1)
        .set("train.checkpointEvery", 100)
        .set("train.keep", 1);
  }

  private static TrainingReport run(RunConfig config, RunOptions options, boolean resume) {
    try (Fettle fettle = Fettle.open(config, options)) {
      return resume ? fettle.resume() : fettle.train();
    }
  }

  private static TrainingReport train(RunConfig.Builder config) {
    return run(config.build(), RunOptions.quiet(), false);
  }

  private static List<String> checkpoints(TrainingReport report) throws IOException {
    try (Stream<Path> all = Files.list(report.directory().checkpoints())) {
      return all.map(p -> p.getFileName().toString())
          .filter(n -> n.startsWith("step-"))
          .sorted()
          .toList();
    }
  }

  private double loss(Path model) {
    return Fettle.score(model, Tiny.REFERENCE, dir.resolve("other.jsonl")).meanLoss();
  }

  private static byte[] weights(Path model) throws IOException {
    return Files.readAllBytes(model.resolve("model.safetensors"));
  }

  @Test
  void theBestCheckpointIsKeptBesideTheNewest() throws IOException {
    TrainingReport report = train(config("kept").set("train.keepBest", Map.of()));
    Best best = report.best().orElseThrow();
    assertThat(best.step()).isBetween(1L, 19L);
    assertThat(checkpoints(report))
        .containsExactly(String.format("step-%06d", best.step()), "step-000020");
    Path kept = report.directory().checkpoints().resolve(checkpoints(report).get(0));
    assertThat(loss(kept)).isCloseTo(best.value(), within(1e-5));
    // The last is what final/ holds unless it is asked otherwise.
    assertThat(loss(report.directory().finalModel())).isGreaterThan(best.value() + 1e-3);
  }

  @Test
  void theBestMayBeTheFinalModel() throws IOException {
    TrainingReport report = train(config("best").set("train.keepBest.asFinal", true));
    Best best = report.best().orElseThrow();
    Path kept = report.directory().checkpoints().resolve(checkpoints(report).get(0));
    assertThat(weights(report.directory().finalModel())).isEqualTo(weights(kept));
    assertThat(report.directory().finalModel().resolve("README.md"))
        .content()
        .contains("Weights of step " + best.step() + ", the best of 20.");
    RunConfig last = config("best").set("train.keepBest.asFinal", false).build();
    TrainingReport again = run(last, RunOptions.quiet(), true);
    assertThat(again.outcome()).isEqualTo(Outcome.FINISHED_BEFORE);
    assertThat(loss(again.directory().finalModel())).isGreaterThan(best.value() + 1e-3);
  }

  @Test
  void trainingEndsForWantOfImprovement() throws IOException {
    RunConfig.Builder config = config("early").set("train.earlyStopping", Map.of("patience", 2));
    TrainingReport report = train(config);
    assertThat(report.ending()).isEqualTo(Ending.NO_IMPROVEMENT);
    assertThat(report.outcome()).isEqualTo(Outcome.FINISHED);
    assertThat(report.step()).isEqualTo(report.best().orElseThrow().step() + 2).isLessThan(20);
    assertThat(report.directory().finalModel()).isDirectory();
    TrainingReport again = run(config.build(), RunOptions.quiet(), true);
    assertThat(again.outcome()).isEqualTo(Outcome.FINISHED_BEFORE);
    assertThat(again.ending()).isEqualTo(Ending.NO_IMPROVEMENT);
    RunConfig patient = config.set("train.earlyStopping.patience", 4).build();
    assertThat(run(patient, RunOptions.quiet(), true).step()).isGreaterThan(report.step());
  }

  @Test
  void patienceOutlivesAnInterruption() throws IOException {
    RunConfig.Builder config =
        config("x").set("train.earlyStopping.patience", 3).set("train.keepBest.asFinal", true);
    TrainingReport straight = train(config.set("run.name", "straight"));
    RunConfig broken = config.set("run.name", "broken").build();
    RunOptions options = RunOptions.quiet().toldTo(interruptingAtEachStep());
    TrainingReport now = run(broken, options, false);
    for (int i = 0; i < 30 && Thread.interrupted() && now.outcome() == Outcome.STOPPED; i++) {
      now = run(broken, options, true);
    }
    assertThat(Thread.interrupted()).as("the last attempt took no step").isFalse();
    assertThat(now.step()).isEqualTo(straight.step());
    assertThat(now.best()).isEqualTo(straight.best());
    assertThat(weights(now.directory().finalModel()))
        .isEqualTo(weights(straight.directory().finalModel()));
  }

  private static TrainingListener interruptingAtEachStep() {
    return new TrainingListener() {
      @Override
      public void onStep(StepEvent event) {
        Thread.currentThread().interrupt();
      }
    };
  }

  @Test
  void anEvaluationMayComeFirst() throws IOException {
    TrainingReport report =
        train(
            config("start")
                .set("train.evalAtStart", true)
                .set("train.evalEvery", 0)
                .set("train.steps", 2));
    List<String> lines = Files.readAllLines(report.directory().metrics());
    assertThat(lines.get(0)).startsWith("{\"step\":0,\"eval_loss\":");
    assertThat(lines).hasSize(4);
    assertThat(checkpoints(report)).containsExactly("step-000002");
  }

  @Test
  void theModelToBeginWithMayBeTheBest() throws IOException {
    TrainingReport report =
        train(
            config("worse")
                .set("optimizer.learningRate", 3)
                .set("optimizer.clipNorm", 0)
                .set("train.steps", 3)
                .set("train.evalAtStart", true)
                .set("train.keepBest.asFinal", true));
    assertThat(report.best().orElseThrow().step()).isZero();
    assertThat(weights(report.directory().finalModel())).isEqualTo(weights(tiny.model()));
  }

  @Test
  void aMetricThatNoEvaluationGivesIsNamed() {
    assertThatThrownBy(() -> train(config("f1").set("train.keepBest.metric", "f1")))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "train.keepBest.metric: is eval_f1, but the evaluation gives eval_entropy, eval_loss,"
                + " eval_mean_token_accuracy");
  }

  @Test
  void withoutRowsToEvaluateOnThereIsNothingToCompare() {
    for (String key : List.of("train.keepBest", "train.earlyStopping")) {
      RunConfig.Builder config = config("none").unset("data.eval").set("train.evalEvery", 0);
      assertThatThrownBy(() -> config.set(key, Map.of()).build())
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining(key);
    }
    assertThatThrownBy(
            () ->
                config("none")
                    .set("train.evalEvery", 0)
                    .set("train.earlyStopping", Map.of())
                    .build())
        .hasMessageContaining("train.earlyStopping: compares evaluations; set train.evalEvery");
  }
}
