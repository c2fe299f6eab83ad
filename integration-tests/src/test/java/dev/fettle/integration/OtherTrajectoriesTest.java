package dev.fettle.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fettle.harness.Fettle;
import dev.fettle.harness.config.RunConfig;
import dev.fettle.harness.run.RunOptions;
import dev.fettle.harness.run.TrainingReport;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The first steps of KTO and ORPO on TinyStories-656K and rows of hh-rlhf, from a configuration,
 * against TRL 1.13's own trainers: texts as they come, so that tokens, batches, mismatched answers
 * and schedule are all part of it. The values are written by {@code make_trajectories.py}.
 */
class OtherTrajectoriesTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The reference backend is exact, not fast. */
  private static final int REFERENCE_STEPS = 3;

  @TempDir private Path directory;

  private static JsonNode golden(String name) throws IOException {
    try (InputStream in =
        OtherTrajectoriesTest.class.getResourceAsStream("/preference/" + name + ".json")) {
      return JSON.readTree(Objects.requireNonNull(in));
    }
  }

  /** The pairs of the shared rows that were used: texts that part where their tokens do. */
  private static List<ObjectNode> pairs(JsonNode golden) throws IOException {
    Path file = SharedData.require("golden/trl/dpo-sigmoid.rows.jsonl.gz");
    List<String> lines;
    try (BufferedReader all =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8))) {
      lines = all.lines().toList();
    }
    List<ObjectNode> rows = new ArrayList<>();
    for (JsonNode index : golden.get("rows")) {
      JsonNode row = JSON.readTree(lines.get(index.intValue()));
      rows.add(
          JSON.createObjectNode()
              .put("prompt", row.get("prompt").textValue() + "\n")
              .put("chosen", row.get("chosen").textValue().strip())
              .put("rejected", row.get("rejected").textValue().strip()));
    }
    return rows;
  }

  private Path write(List<ObjectNode> rows) throws IOException {
    List<String> lines = rows.stream().map(ObjectNode::toString).toList();
    return Files.write(directory.resolve("rows.jsonl"), lines);
  }

  private List<JsonNode> train(String backend, String type, JsonNode golden, Path rows)
      throws IOException {
    int steps = backend.equals("reference") ? REFERENCE_STEPS : golden.get("steps").intValue();
    RunConfig config =
        RunConfig.builder()
            .set("run.name", backend)
            .set("run.out", directory)
            .set("backend.id", backend)
            .set("model.path", SharedData.require("models/TinyStories-656K"))
            .set("algorithm.type", type)
            .set("data.train", rows)
            .set("data.maxLength", golden.get("max_length").intValue())
            .set("data.packing", "none")
            .set("data.shuffle", false)
            .set("optimizer.learningRate", golden.get("learning_rate").doubleValue())
            .set("optimizer.schedule.type", "linear")
            .set("optimizer.clipNorm", 1.0)
            .set("train.steps", golden.get("steps").intValue())
            .set("train.batchSize", golden.get("batch").intValue())
            .set("train.microBatchSize", 4)
            .set("train.checkpointEvery", 0)
            .set("track", List.of("jsonl"))
            .build();
    int[] asked = {0};
    RunOptions stopping = RunOptions.quiet().stoppingWhen(() -> asked[0]++ >= steps + 1);
    try (Fettle fettle = Fettle.open(config, stopping)) {
      TrainingReport report = fettle.train();
      List<JsonNode> logged = new ArrayList<>();
      for (String line : Files.readAllLines(report.directory().metrics())) {
        logged.add(JSON.readTree(line));
      }
      return logged;
    }
  }

  private static void compare(
      List<JsonNode> steps, JsonNode golden, List<String> metrics, double room) {
    assertThat(steps).hasSizeGreaterThanOrEqualTo(REFERENCE_STEPS);
    for (JsonNode actual : steps) {
      int step = actual.get("step").intValue();
      JsonNode expected = golden.get("trajectory").get(step - 1);
      assertThat(PairTrajectory.number(actual, "loss"))
          .as("loss of step %d", step)
          .isCloseTo(PairTrajectory.number(expected, "loss"), within(TrajectoryTolerances.LOSS));
      assertThat(
              PairTrajectory.number(actual, "grad_norm")
                  / PairTrajectory.number(expected, "grad_norm"))
          .as("gradient norm of step %d", step)
          .isCloseTo(1, within(TrajectoryTolerances.GRADIENT_NORM));
      for (String metric : metrics) {
        assertThat(PairTrajectory.number(actual, metric))
            .as("%s of step %d", metric, step)
            .isCloseTo(PairTrajectory.number(expected, metric), within(room));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dev.fettle.integration.TestBackends#ids")
  void kto(String backend) throws IOException {
    JsonNode golden = golden("kto");
    List<ObjectNode> judged = new ArrayList<>();
    for (ObjectNode pair : pairs(golden)) {
      boolean wanted = judged.size() % 2 == 0;
      judged.add(
          JSON.createObjectNode()
              .put("prompt", pair.get("prompt").textValue())
              .put("completion", pair.get(wanted ? "chosen" : "rejected").textValue())
              .put("label", wanted));
    }
    compare(
        train(backend, "kto", golden, write(judged)),
        golden,
        List.of("kl", "rewards/chosen", "rewards/rejected", "rewards/margins"),
        1e-3);
  }

  @ParameterizedTest
  @MethodSource("dev.fettle.integration.TestBackends#ids")
  void orpo(String backend) throws IOException {
    JsonNode golden = golden("orpo");
    compare(
        train(backend, "orpo", golden, write(pairs(golden))),
        golden,
        List.of(
            "rewards/chosen",
            "rewards/rejected",
            "rewards/margins",
            "logps/chosen",
            "logps/rejected",
            "nll_loss",
            "log_odds_ratio",
            "log_odds_chosen"),
        1e-4);
  }
}
