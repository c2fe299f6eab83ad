package dev.fettle.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.fettle.checkpoint.Checkpoint;
import dev.fettle.harness.config.RunConfig;
import dev.fettle.harness.run.RunDirectory;
import dev.fettle.harness.run.RunOptions;
import dev.fettle.harness.run.TrainingReport;
import dev.fettle.harness.run.TrainingReport.Outcome;
import dev.fettle.harness.score.ScoreReport;
import dev.fettle.models.generate.SamplingOptions;
import dev.fettle.settings.ConfigException;
import dev.fettle.train.DivergenceException;
import dev.fettle.train.StepEvent;
import dev.fettle.train.TrainingListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FettleTest {
  @TempDir private Path dir;
  private Tiny tiny;

  @BeforeEach
  void make() {
    tiny = Tiny.in(dir);
  }

  private static TrainingReport train(RunConfig config) {
    try (Fettle fettle = Fettle.open(config, RunOptions.quiet())) {
      return fettle.train();
    }
  }

  private static TrainingReport resume(RunConfig config) {
    try (Fettle fettle = Fettle.open(config, RunOptions.quiet())) {
      return fettle.resume();
    }
  }

  /** Stops as soon as so many steps are taken; the first question comes before any. */
  private static TrainingReport trainFor(int steps, RunConfig config) {
    AtomicInteger asked = new AtomicInteger();
    RunOptions options = RunOptions.quiet().stoppingWhen(() -> asked.getAndIncrement() >= steps);
    try (Fettle fettle = Fettle.open(config, options)) {
      return fettle.train();
    }
  }

  @Test
  void aRunLeavesItsWholeRecord() throws IOException {
    TrainingReport report =
        train(
            tiny.config("whole")
                .set("data.eval", tiny.rows())
                .set("train.evalEvery", 3)
                .set("train.keep", 2)
                .set("track", List.of("jsonl", "tensorboard"))
                .build());
    assertThat(report.outcome()).isEqualTo(Outcome.FINISHED);
    assertThat(report.step()).isEqualTo(6);
    RunDirectory run = report.directory();
    List<String> lines = Files.readAllLines(run.metrics());
    assertThat(lines).hasSize(8);
    assertThat(lines.get(0))
        .startsWith("{\"step\":1,\"loss\":")
        .contains(
            "grad_norm",
            "learning_rate",
            "epoch",
            "num_tokens",
            "tokens_per_second",
            "step_time",
            "entropy",
            "mean_token_accuracy");
    assertThat(lines.get(3)).contains("\"eval_loss\":");
    assertThat(run.checkpoints().resolve("step-000004")).isDirectory();
    assertThat(run.checkpoints().resolve("step-000006")).isDirectory();
    assertThat(run.checkpoints().resolve("step-000002")).doesNotExist();
    assertThat(run.config()).content().contains("learningRate: 0.01", "name: whole");
    assertThat(run.finalModel().resolve("tokenizer.json")).isRegularFile();
    assertThat(run.tensorboard()).isNotEmptyDirectory();
    assertThat(report.evaluation()).containsKeys("eval_loss", "eval_entropy");
  }

  @Test
  void theFinalModelIsWhatWasEvaluated() {
    TrainingReport report = train(tiny.config("eval").set("data.eval", tiny.rows()).build());
    ScoreReport scores = Fettle.score(report.model().orElseThrow(), Tiny.REFERENCE, tiny.rows());
    assertThat(scores.meanLoss()).isCloseTo(report.evaluation().get("eval_loss"), within(1e-5));
    assertThat(scores.meanLoss())
        .isLessThan(Fettle.score(tiny.model(), Tiny.REFERENCE, tiny.rows()).meanLoss());
  }

  @Test
  void aResumedRunEndsAsIfItHadNotStopped() throws IOException {
    TrainingReport straight = train(tiny.config("straight").build());
    RunConfig config = tiny.config("stopped").build();
    TrainingReport stopped = trainFor(3, config);
    assertThat(stopped.outcome()).isEqualTo(Outcome.STOPPED);
    assertThat(stopped.step()).isEqualTo(3);
    assertThat(stopped.model()).hasValue(stopped.directory().checkpoints().resolve("step-000003"));
    assertThat(stopped.directory().finalModel()).doesNotExist();
    TrainingReport resumed = resume(config);
    assertThat(resumed.from()).isEqualTo(3);
    assertThat(resumed.outcome()).isEqualTo(Outcome.FINISHED);
    assertThat(weights(resumed.model().orElseThrow()))
        .isEqualTo(weights(straight.model().orElseThrow()));
    assertThat(losses(resumed)).isEqualTo(losses(straight)).hasSize(6);
  }

  @Test
  void whatCameAfterTheLastCheckpointIsTakenAgain() throws IOException {
    TrainingReport straight = train(tiny.config("straight").build());
    RunConfig config = tiny.config("killed").build();
    TrainingReport killed = trainFor(5, config);
    // As after kill -9: the newest checkpoint is older than the newest metrics.
    Path newest = killed.directory().checkpoints().resolve("step-000005");
    Files.delete(newest.resolve("manifest.json"));
    Files.writeString(killed.directory().metrics(), "{\"step\":6,\"lo", StandardOpenOption.APPEND);
    TrainingReport resumed = resume(config);
    assertThat(resumed.from()).isEqualTo(4);
    assertThat(weights(resumed.model().orElseThrow()))
        .isEqualTo(weights(straight.model().orElseThrow()));
    assertThat(losses(resumed)).isEqualTo(losses(straight)).hasSize(6);
  }

  private static byte[] weights(Path model) throws IOException {
    return Files.readAllBytes(model.resolve("model.safetensors"));
  }

  /** Step, loss and gradient norm of each line; the rest depends on the clock. */
  private static List<String> losses(TrainingReport report) throws IOException {
    return Files.readAllLines(report.directory().metrics()).stream()
        .map(l -> l.substring(0, l.indexOf(",\"learning_rate\"")))
        .toList();
  }

  @Test
  void aFinishedRunIsLeftAlone() throws IOException {
    RunConfig config = tiny.config("done").build();
    byte[] before = weights(train(config).model().orElseThrow());
    TrainingReport again = resume(config);
    assertThat(again.outcome()).isEqualTo(Outcome.FINISHED_BEFORE);
    assertThat(weights(again.model().orElseThrow())).isEqualTo(before);
    TrainingReport longer = resume(config.toBuilder().set("train.steps", 8).build());
    assertThat(longer.outcome()).isEqualTo(Outcome.FINISHED);
    assertThat(longer.step()).isEqualTo(8);
  }

  @Test
  void aRunIsNotOverwritten() {
    RunConfig config = tiny.config("twice").build();
    train(config);
    assertThatThrownBy(() -> train(config))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("holds a run already; call resume() to go on with it");
  }

  @Test
  void aStoppedRunIsResumedWithTheSameObject() throws IOException {
    TrainingReport straight = train(tiny.config("straight").build());
    AtomicBoolean stop = new AtomicBoolean();
    RunOptions options =
        RunOptions.quiet()
            .stoppingWhen(stop::get)
            .toldTo(
                new TrainingListener() {
                  @Override
                  public void onStep(StepEvent e) {
                    stop.set(e.step() == 3);
                  }
                });
    try (Fettle fettle = Fettle.open(tiny.config("again").build(), options)) {
      assertThat(fettle.train().outcome()).isEqualTo(Outcome.STOPPED);
      stop.set(false);
      TrainingReport resumed = fettle.resume();
      assertThat(resumed.from()).isEqualTo(3);
      assertThat(weights(resumed.model().orElseThrow()))
          .isEqualTo(weights(straight.model().orElseThrow()));
      assertThat(fettle.resume().outcome()).isEqualTo(Outcome.FINISHED_BEFORE);
    }
  }

  @Test
  void whatIsClosedSaysSo() {
    Fettle fettle = Fettle.open(tiny.config("closed").build(), RunOptions.quiet());
    fettle.close();
    fettle.close();
    for (Runnable use : List.<Runnable>of(fettle::train, fettle::resume)) {
      assertThatThrownBy(use::run)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("this run is closed; open it again");
    }
    assertThat(tiny.config("closed").build().run().directory()).doesNotExist();
  }

  @Test
  void closingFromAnotherThreadStopsTheRunWithACheckpoint() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    RunOptions options =
        RunOptions.quiet()
            .toldTo(
                new TrainingListener() {
                  @Override
                  public void onStep(StepEvent e) {
                    begun.countDown();
                  }
                });
    RunConfig config = tiny.config("long").set("train.steps", 1_000_000).build();
    Fettle fettle = Fettle.open(config, options);
    CompletableFuture<TrainingReport> training = CompletableFuture.supplyAsync(fettle::train);
    begun.await();
    assertThatThrownBy(fettle::train)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("is training already");
    fettle.close();
    assertThat(training.get().outcome()).isEqualTo(Outcome.STOPPED);
    assertThat(Checkpoint.find(config.run().directory()).step()).isEqualTo(training.get().step());
  }

  @Test
  void aListenerMayCloseItsRunButNotTrainWithinIt() {
    List<Fettle> opened = new ArrayList<>();
    List<String> refused = new ArrayList<>();
    RunOptions options =
        RunOptions.quiet()
            .toldTo(
                new TrainingListener() {
                  @Override
                  public void onStep(StepEvent e) {
                    try {
                      opened.get(0).resume();
                    } catch (IllegalStateException refusal) {
                      refused.add(refusal.getMessage());
                    }
                    opened.get(0).close();
                  }
                });
    opened.add(Fettle.open(tiny.config("closing").build(), options));
    TrainingReport report = opened.get(0).train();
    assertThat(report.outcome()).isEqualTo(Outcome.STOPPED);
    assertThat(report.step()).isEqualTo(1);
    assertThat(refused).hasSize(1);
  }

  @Test
  void epochsAreCountedInSteps() {
    TrainingReport report =
        train(
            tiny.config("epochs")
                .unset("train.steps")
                .set("train.epochs", 1.5)
                .set("data.packing", false)
                .build());
    assertThat(report.steps()).isEqualTo(9);
  }

  @Test
  void divergenceKeepsTheStepBefore() {
    RunConfig config =
        tiny.config("diverging")
            .set("optimizer.type", "sgd")
            .set("optimizer.learningRate", 1e30)
            .set("optimizer.clipNorm", 0)
            .set("train.checkpointEvery", 0)
            .build();
    assertThatThrownBy(() -> train(config))
        .isInstanceOf(DivergenceException.class)
        .hasMessageContaining("optimizer.learningRate");
    assertThat(Checkpoint.find(config.run().directory()).step()).isGreaterThan(0);
  }

  @Test
  void freshWeightsDependOnTheSeedAlone() throws IOException {
    RunConfig.Builder fresh =
        tiny.config("a").unset("model.path").set("model.init", tiny.model()).set("train.steps", 1);
    byte[] a = weights(train(fresh.build()).model().orElseThrow());
    byte[] b = weights(train(fresh.set("run.name", "b").build()).model().orElseThrow());
    byte[] c =
        weights(
            train(fresh.set("run.name", "c").set("run.seed", 4).set("data.shuffle", false).build())
                .model()
                .orElseThrow());
    assertThat(a).isEqualTo(b).isNotEqualTo(c);
  }

  @Test
  void microBatchesChangeNothing() {
    TrainingReport one = train(tiny.config("one").set("train.microBatchSize", 2).build());
    TrainingReport two = train(tiny.config("two").build());
    assertThat(one.loss()).isCloseTo(two.loss(), within(1e-5));
  }

  @Test
  void aLengthBeyondTheModelIsAnError() {
    assertThatThrownBy(() -> train(tiny.config("long").set("data.maxLength", 65).build()))
        .isInstanceOf(ConfigException.class)
        .hasMessage("data.maxLength: is 65, but the model takes 64 tokens at most");
  }

  @Test
  void generationIsRepeatable() {
    SamplingOptions sampling = SamplingOptions.sampling(8).withStopIds(Set.of()).withSeed(7);
    String once = Fettle.generate(tiny.model(), Tiny.REFERENCE, "What is", sampling);
    assertThat(Fettle.generate(tiny.model(), Tiny.REFERENCE, "What is", sampling)).isEqualTo(once);
  }

  @Test
  void graphsAreDumped() {
    RunOptions options = RunOptions.quiet().dumpingTo(dir.resolve("dump"));
    try (Fettle fettle =
        Fettle.open(tiny.config("dumped").set("train.steps", 1).build(), options)) {
      fettle.train();
    }
    assertThat(dir.resolve("dump")).isNotEmptyDirectory();
  }
}
