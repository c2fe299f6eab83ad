package dev.fettle.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fettle.harness.Fettle;
import dev.fettle.harness.config.RunConfig;
import dev.fettle.harness.run.RunOptions;
import dev.fettle.harness.run.TrainingReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Fifty steps of a reward model from TinyStories-656K against TRL's own run of the same pairs, from
 * a configuration, on every backend; and the backends against each other.
 */
class RewardTrajectoryTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The reference backend is exact, not fast: it walks only the beginning. */
  private static final int REFERENCE_STEPS = 3;

  /** Metrics that are means over as many pairs in each of TRL's micro-batches. */
  private static final List<String> MEANS = List.of("margin", "mean_reward");

  /** One pair of eight, which may stand at a tie. */
  private static final double ONE_PAIR = 0.125;

  /** Losses by backend, so that backends can be compared as they come in. */
  private static final Map<String, List<Double>> SEEN = new HashMap<>();

  @TempDir private Path directory;

  static Stream<String> backends() {
    return TestBackends.ids();
  }

  @ParameterizedTest
  @MethodSource("backends")
  void equalsTrl(String backend) throws IOException {
    JsonNode golden = JSON.readTree(SharedData.require("golden/trl/reward.json").toFile());
    boolean whole = !backend.equals("reference");
    List<JsonNode> steps = train(golden, backend, whole ? -1 : REFERENCE_STEPS);
    List<Double> losses = new ArrayList<>();
    double sum = 0;
    for (JsonNode actual : steps) {
      int step = actual.get("step").intValue();
      JsonNode expected = golden.get("trajectory").get(step - 1);
      double residual = Math.abs(number(actual, "loss") - number(expected, "loss"));
      assertThat(residual).as("loss of step %d", step).isLessThan(TrajectoryTolerances.LOSS);
      assertThat(number(actual, "grad_norm") / number(expected, "grad_norm"))
          .as("gradient norm of step %d", step)
          .isCloseTo(1, within(TrajectoryTolerances.GRADIENT_NORM));
      if (whole) {
        assertThat(number(actual, "learning_rate"))
            .isCloseTo(number(expected, "learning_rate"), within(1e-12));
      }
      for (String mean : MEANS) {
        assertThat(number(actual, mean))
            .as("%s of step %d", mean, step)
            .isCloseTo(number(expected, mean), within(2e-4));
      }
      assertThat(number(actual, "accuracy"))
          .as("accuracy of step %d", step)
          .isCloseTo(number(expected, "accuracy"), within(ONE_PAIR));
      losses.add(number(actual, "loss"));
      sum += residual;
    }
    System.out.printf(
        Locale.ROOT, "mean residual to TRL on %s: %.2e%n", backend, sum / losses.size());
    assertThat(sum / losses.size()).isLessThan(TrajectoryTolerances.MEAN_LOSS);
    compare(backend, losses);
  }

  private List<JsonNode> train(JsonNode golden, String backend, int steps) throws IOException {
    RunConfig config =
        RunConfig.builder()
            .set("run.name", backend)
            .set("run.out", directory)
            .set("backend.id", backend)
            .set("model.path", SharedData.require("golden/trl/reward-init"))
            .set("algorithm.type", "reward")
            .set(
                "algorithm.centerRewardsCoefficient",
                golden.get("center_rewards_coefficient").doubleValue())
            .set("data.train", SharedData.require("golden/trl/reward.rows.jsonl.gz"))
            .set("data.maxLength", golden.get("max_length").intValue())
            .set("data.packing", "none")
            .set("data.shuffle", false)
            .set("optimizer.learningRate", golden.get("learning_rate").doubleValue())
            .set("optimizer.schedule.type", golden.get("schedule").textValue())
            .set("optimizer.clipNorm", golden.get("clip_norm").doubleValue())
            .set("train.steps", steps < 0 ? golden.get("steps").intValue() : 50)
            .set("train.batchSize", 8)
            .set("train.microBatchSize", 4)
            .set("train.checkpointEvery", 0)
            .set("track", List.of("jsonl"))
            .build();
    RunOptions options = RunOptions.quiet();
    int[] done = {0};
    RunOptions stopping = steps < 0 ? options : options.stoppingWhen(() -> done[0]++ >= steps + 1);
    try (Fettle fettle = Fettle.open(config, stopping)) {
      TrainingReport report = fettle.train();
      List<JsonNode> rows = new ArrayList<>();
      for (String line : Files.readAllLines(report.directory().metrics())) {
        JsonNode row = JSON.readTree(line);
        if (row.has("loss")) {
          rows.add(row);
        }
      }
      return rows;
    }
  }

  private static void compare(String backend, List<Double> losses) {
    SEEN.forEach(
        (id, theirs) -> {
          double sum = 0;
          int common = Math.min(losses.size(), theirs.size());
          for (int i = 0; i < common; i++) {
            double residual = Math.abs(losses.get(i) - theirs.get(i));
            assertThat(residual)
                .as("%s and %s at step %d", backend, id, i + 1)
                .isLessThan(TrajectoryTolerances.LOSS);
            sum += residual;
          }
          assertThat(sum / common).isLessThan(TrajectoryTolerances.MEAN_LOSS);
        });
    SEEN.put(backend, losses);
  }

  private static double number(JsonNode row, String name) {
    assertThat(row.has(name)).as("%s in %s", name, row).isTrue();
    return row.get(name).doubleValue();
  }
}
