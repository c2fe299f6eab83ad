package dev.fettle.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fettle.algorithm.sft.SftObjective;
import dev.fettle.data.batch.MicroBatch;
import dev.fettle.models.nn.ForwardOptions;
import dev.fettle.optim.AdamWOptimizer;
import dev.fettle.optim.DecayedParameters;
import dev.fettle.optim.Schedule;
import dev.fettle.optim.Warmup;
import dev.fettle.spi.Backend;
import dev.fettle.spi.CompileOptions;
import dev.fettle.spi.support.ProgramCache;
import dev.fettle.train.Policy;
import dev.fettle.train.StepResult;
import dev.fettle.train.Stepper;
import dev.fettle.train.StepperOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Fifty optimizer steps of TinyStories-656K against TRL's own run of the same rows: loss, gradient
 * norm and learning rate of every step, on every backend; and the backends against each other.
 */
class TrlTrajectoryTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int REFERENCE_STEPS = 4;

  /** Loss trajectories by test and backend, so that backends can be compared as they come in. */
  private static final Map<String, Map<String, double[]>> SEEN = new HashMap<>();

  static Stream<Arguments> runs() {
    return Stream.of("sft-tinystories", "sft-dolly")
        .flatMap(name -> TestBackends.ids().map(id -> Arguments.of(name, id)));
  }

  @ParameterizedTest(name = "{0} on {1}")
  @MethodSource("runs")
  void equalsTrl(String name, String backendId) throws IOException {
    JsonNode golden = JSON.readTree(SharedData.require("golden/trl/" + name + ".json").toFile());
    Path rows = SharedData.require("golden/trl/" + name + ".rows.jsonl.gz");
    double[] losses = run(golden, GoldenRows.read(rows), backendId);
    compareBackends(name, backendId, losses);
  }

  private static double[] run(JsonNode golden, List<GoldenRows.TokenRow> rows, String backendId) {
    JsonNode trajectory = golden.get("trajectory");
    // The reference backend is exact, not fast: it walks only the beginning.
    int total = trajectory.size();
    int steps = backendId.equals("reference") ? REFERENCE_STEPS : total;
    Schedule schedule =
        Schedule.named(
            golden.get("schedule").asText(), Warmup.ofSteps(golden.get("warmup_steps").asLong()));
    double[] losses = new double[steps];
    double sum = 0;
    try (Backend backend = TestBackends.open(backendId);
        Policy policy =
            GoldenModel.load(
                backend, SharedData.require("models/TinyStories-656K"), ForwardOptions.DEFAULT);
        Stepper<MicroBatch> stepper = stepper(policy, golden)) {
      for (int i = 0; i < steps; i++) {
        JsonNode expected = trajectory.get(i);
        double rate = schedule.learningRate(i, golden.get("learning_rate").asDouble(), total);
        StepResult actual = stepper.step(microBatches(golden, rows, i), i + 1, rate);
        losses[i] = actual.loss();
        double residual = Math.abs(actual.loss() - expected.get("loss").asDouble());
        sum += residual;
        assertThat(residual).as("loss of step " + (i + 1)).isLessThan(TrajectoryTolerances.LOSS);
        assertThat(actual.metric("grad_norm") / expected.get("grad_norm").asDouble())
            .as("gradient norm of step " + (i + 1))
            .isCloseTo(1, within(TrajectoryTolerances.GRADIENT_NORM));
        assertThat(rate).isCloseTo(expected.get("learning_rate").asDouble(), within(1e-18));
      }
    }
    System.out.printf(Locale.ROOT, "mean residual to TRL on %s: %.2e%n", backendId, sum / steps);
    assertThat(sum / steps).isLessThan(TrajectoryTolerances.MEAN_LOSS);
    return losses;
  }

  private static Stepper<MicroBatch> stepper(Policy policy, JsonNode golden) {
    AdamWOptimizer optimizer =
        new AdamWOptimizer(
            golden.get("betas").get(0).asDouble(),
            golden.get("betas").get(1).asDouble(),
            golden.get("epsilon").asDouble(),
            golden.get("weight_decay").asDouble(),
            DecayedParameters.MATRICES);
    return new Stepper<>(
        policy,
        new SftObjective(),
        StepperOptions.of(optimizer, golden.get("clip_norm").asDouble()),
        new ProgramCache(policy.backend(), CompileOptions.DEFAULT));
  }

  private static List<MicroBatch> microBatches(
      JsonNode golden, List<GoldenRows.TokenRow> rows, int step) {
    int size = golden.get("per_device_batch").asInt();
    int count = golden.get("gradient_accumulation").asInt();
    List<MicroBatch> batches = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int from = (step * count + i) * size;
      batches.add(GoldenRows.padded(rows.subList(from, from + size)));
    }
    return batches;
  }

  private static void compareBackends(String name, String backendId, double[] losses) {
    Map<String, double[]> others = SEEN.computeIfAbsent(name, k -> new HashMap<>());
    others.forEach(
        (id, theirs) -> {
          double sum = 0;
          int common = Math.min(losses.length, theirs.length);
          for (int i = 0; i < common; i++) {
            double residual = Math.abs(losses[i] - theirs[i]);
            assertThat(residual)
                .as(backendId + " and " + id + " at step " + (i + 1))
                .isLessThan(TrajectoryTolerances.LOSS);
            sum += residual;
          }
          assertThat(sum / common).isLessThan(TrajectoryTolerances.MEAN_LOSS);
        });
    others.put(backendId, losses);
  }
}
