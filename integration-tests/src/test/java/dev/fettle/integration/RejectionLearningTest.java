package dev.fettle.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fettle.harness.run.TrainingReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Two rounds of rejection sampling, with a verifier as reward and no answer given, raise the
 * accuracy of greedy answers to prompts held out from the run.
 */
class RejectionLearningTest {
  @TempDir private Path dir;

  @ParameterizedTest
  @ValueSource(strings = {"tensorflow", "onnxruntime"})
  void twoRoundsRaiseHeldOutAccuracy(String backend) throws IOException {
    LetterTask task = LetterTask.in(dir);
    Path half = task.halfTrained(backend, 160);
    TrainingReport report =
        LetterTask.train(
            task.rejection("rejection", half, backend)
                .set("algorithm.samplesPerPrompt", 8)
                .set("algorithm.keep", Map.of("topK", 1, "threshold", 1))
                .set("algorithm.temperature", 0.6)
                .set("optimizer.learningRate", 1e-3)
                .set("optimizer.schedule.type", "cosine")
                .set("optimizer.schedule.warmupSteps", 5)
                .set("train.steps", 60)
                .set("train.batchSize", 16)
                .set("train.evalAtStart", true)
                .set("train.evalEvery", 30)
                .build());
    List<Double> accuracy = Metrics.of(report.directory().metrics()).evaluations("eval_reward");
    System.out.printf("%s: held-out accuracy %s%n", backend, accuracy);
    assertThat(accuracy).hasSize(3);
    assertThat(accuracy.get(0)).as("half trained").isBetween(0.3, 0.65);
    assertThat(accuracy.get(2)).isGreaterThan(accuracy.get(0) + 0.12);
    assertThat(Objects.requireNonNull(report.evaluation().get("eval_loss"))).isFinite();
  }
}
