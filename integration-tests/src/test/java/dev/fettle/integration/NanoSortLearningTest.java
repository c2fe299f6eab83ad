package dev.fettle.integration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fettle.harness.run.TrainingReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Advantage actor-critic on a model that others trained, a part of whose head was drawn anew: it
 * learns from the verifier alone what it knew, judged by greedy answers to words held out from the
 * run.
 */
class NanoSortLearningTest {
  private static final int STEPS = 60;

  /** Draws that leave the model right in a third to a half of its answers. */
  private static final List<Long> HEADS = List.of(6L, 16L, 109L);

  @TempDir private Path dir;

  @ParameterizedTest
  @CsvSource({"onnxruntime, 1", "tensorflow, 2"})
  void aVerifierTeachesAgainWhatTheHeadLost(String backend, int seed) throws IOException {
    relearns(backend, seed);
  }

  @ParameterizedTest
  @Tag("slow")
  @CsvSource({"onnxruntime, 2", "onnxruntime, 3", "tensorflow, 1", "tensorflow, 3"})
  void soItDoesFromOtherHeadsAndSeeds(String backend, int seed) throws IOException {
    relearns(backend, seed);
  }

  private void relearns(String backend, int seed) throws IOException {
    Path published = SharedData.require("models/gpt-nano-sort");
    NanoSort task = NanoSort.in(dir);
    Path model = task.withNewHead(published, HEADS.get(seed - 1));
    TrainingReport report =
        LetterTask.train(
            task.a2c(model, backend, seed)
                .set("train.steps", STEPS)
                .set("train.batchSize", 64)
                .set("train.evalAtStart", true)
                .set("train.evalEvery", STEPS)
                .build());
    Metrics metrics = Metrics.of(report.directory().metrics());
    List<Double> accuracy = metrics.evaluations("eval_reward");
    Gain gain = Gain.of(accuracy, NanoSort.HELD_OUT);
    List<JsonNode> early = metrics.steps().subList(0, STEPS / 3);
    List<JsonNode> late = metrics.steps().subList(2 * STEPS / 3, STEPS);
    double kl = Metrics.mean(late, "kl");
    double certain = Metrics.mean(late, "entropy");
    double undecided = Metrics.mean(early, "entropy");
    System.out.printf(
        "%s, seed %d: held-out accuracy %s; kl %.2f, entropy %.3f to %.3f%n",
        backend, seed, gain, kl, undecided, certain);
    assertThat(gain.before()).as("with a part of its head anew").isBetween(0.25, 0.65);
    assertThat(gain.low()).isGreaterThan(0.1);
    assertThat(kl).isBetween(0.1, 6.0);
    // Every word has one right answer: a model that knows it is certain, but not at once.
    assertThat(undecided).isBetween(0.05, 1.0);
    assertThat(certain).isBetween(1e-3, undecided);
  }
}
