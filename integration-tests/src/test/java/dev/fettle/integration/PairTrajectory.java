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

/**
 * A run over preferences that TRL made too, as a configuration, and what must be equal in each of
 * its steps.
 */
final class PairTrajectory {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The reference backend is exact, not fast: it walks only the beginning. */
  private static final int REFERENCE_STEPS = 3;

  /** One pair of eight, which may stand at a tie. */
  private static final double ONE_PAIR = 0.125;

  private final String name;
  private final JsonNode golden;

  /** Losses by backend, so that backends can be compared as they come in. */
  private final Map<String, List<Double>> seen = new HashMap<>();

  private PairTrajectory(String name, JsonNode golden) {
    this.name = name;
    this.golden = golden;
  }

  /** A trajectory of the shared material; skips the calling test if it is not there. */
  static PairTrajectory of(String name) throws IOException {
    Path file = SharedData.require("golden/trl/" + name + ".json");
    return new PairTrajectory(name, JSON.readTree(file.toFile()));
  }

  /** TRL's settings and steps. */
  JsonNode golden() {
    return golden;
  }

  /**
   * Trains on a backend.
   *
   * @param settings of section algorithm, and the model
   * @return the steps logged, few of them on the reference backend
   */
  List<JsonNode> train(String backend, Path out, Map<String, Object> settings) throws IOException {
    RunConfig.Builder config =
        RunConfig.builder()
            .set("run.name", backend)
            .set("run.out", out)
            .set("backend.id", backend)
            .set("data.train", SharedData.require("golden/trl/" + name + ".rows.jsonl.gz"))
            .set("data.maxLength", golden.get("max_length").intValue())
            .set("data.packing", "none")
            .set("data.shuffle", false)
            .set("optimizer.learningRate", golden.get("learning_rate").doubleValue())
            .set("optimizer.schedule.type", golden.get("schedule").textValue())
            .set("optimizer.clipNorm", golden.get("clip_norm").doubleValue())
            .set("train.steps", golden.get("steps").intValue())
            .set("train.batchSize", 8)
            .set("train.microBatchSize", 4)
            .set("train.checkpointEvery", 0)
            .set("track", List.of("jsonl"));
    settings.forEach(config::set);
    int most = backend.equals("reference") ? REFERENCE_STEPS : Integer.MAX_VALUE - 1;
    int[] asked = {0};
    RunOptions stopping = RunOptions.quiet().stoppingWhen(() -> asked[0]++ >= most + 1);
    try (Fettle fettle = Fettle.open(config.build(), stopping)) {
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

  /**
   * Compares loss, gradient norm and metrics of each step with TRL's, and the losses with those of
   * the backends before.
   *
   * @param accuracy the metric that counts pairs
   * @param means metrics that are means over as many pairs in each of TRL's micro-batches
   */
  void compare(String backend, List<JsonNode> steps, String accuracy, List<String> means) {
    assertThat(steps).hasSizeGreaterThanOrEqualTo(REFERENCE_STEPS);
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
      assertThat(number(actual, "learning_rate"))
          .isCloseTo(number(expected, "learning_rate"), within(1e-12));
      for (String mean : means) {
        assertThat(number(actual, mean))
            .as("%s of step %d", mean, step)
            .isCloseTo(number(expected, mean), within(2e-4));
      }
      assertThat(number(actual, accuracy))
          .as("accuracy of step %d", step)
          .isCloseTo(number(expected, accuracy), within(ONE_PAIR));
      losses.add(number(actual, "loss"));
      sum += residual;
    }
    System.out.printf(
        Locale.ROOT, "mean residual to TRL on %s: %.2e%n", backend, sum / losses.size());
    assertThat(sum / losses.size()).isLessThan(TrajectoryTolerances.MEAN_LOSS);
    seen.forEach((id, theirs) -> same(backend + " and " + id, losses, theirs));
    seen.put(backend, losses);
  }

  private static void same(String backends, List<Double> losses, List<Double> theirs) {
    double sum = 0;
    int common = Math.min(losses.size(), theirs.size());
    for (int i = 0; i < common; i++) {
      double residual = Math.abs(losses.get(i) - theirs.get(i));
      assertThat(residual)
          .as("%s at step %d", backends, i + 1)
          .isLessThan(TrajectoryTolerances.LOSS);
      sum += residual;
    }
    assertThat(sum / common).isLessThan(TrajectoryTolerances.MEAN_LOSS);
  }

  /** A metric, which must be there. */
  static double number(JsonNode row, String name) {
    assertThat(row.has(name)).as("%s in %s", name, row).isTrue();
    return row.get(name).doubleValue();
  }
}
