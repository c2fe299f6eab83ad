package dev.fettle.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fettle.harness.config.RunConfig;
import dev.fettle.harness.run.TrainingReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Runs of reinforcement learning over {@link LetterTask}'s prompts from a fresh model: quick, and
 * with rewards that differ between answers.
 *
 * @param letters the task
 */
record RlTask(LetterTask letters) {
  /** What runs measure that must be alike. */
  static final List<String> MEASURED =
      List.of("loss", "policy_loss", "reward", "kl", "entropy", "value_loss", "vf_explained_var");

  /** Answers have a few characters of six tokens: all are worth something else. */
  static final Map<String, Object> SHORT =
      Map.of("type", "length", "unit", "characters", "max", 24);

  static RlTask in(Path directory) throws IOException {
    return new RlTask(LetterTask.in(directory));
  }

  /** A run of eight answers a rollout. */
  RunConfig.Builder run(String name, String backend, String algorithm) {
    return letters
        .run(name, letters.fresh(), backend)
        .set("algorithm.type", algorithm)
        .set("algorithm.reward", List.of(SHORT))
        .set("algorithm.maxNewTokens", 6)
        .set("data.train", List.of(Map.of("path", letters.asked(), "limit", 24)))
        .set("train.steps", 20)
        .set("train.batchSize", 8)
        .set("train.microBatchSize", 4);
  }

  /** The rows of a rollout's table. */
  static List<JsonNode> rollout(TrainingReport report, int number) throws IOException {
    Path table = report.directory().path().resolve("rollouts/%06d.jsonl".formatted(number));
    return Metrics.of(table).rows();
  }

  /** The metrics of a run's steps. */
  static List<JsonNode> steps(TrainingReport report) throws IOException {
    return Metrics.of(report.directory().metrics()).steps();
  }

  /** Two runs have the same answers, row for row, and the same numbers but for rounding. */
  static void same(TrainingReport a, TrainingReport b, int rollouts, double tolerance)
      throws IOException {
    for (int number = 1; number <= rollouts; number++) {
      List<JsonNode> x = rollout(a, number);
      List<JsonNode> y = rollout(b, number);
      assertThat(drawn(y)).as("answers of rollout %d", number).isEqualTo(drawn(x));
      for (int i = 0; i < x.size(); i++) {
        for (String name : List.of("reward", "kl", "value", "advantage")) {
          close(x.get(i), y.get(i), name, tolerance, "rollout " + number + ", answer " + i);
        }
      }
    }
    List<JsonNode> x = steps(a);
    List<JsonNode> y = steps(b);
    assertThat(y).hasSameSizeAs(x);
    for (int i = 0; i < x.size(); i++) {
      for (String name : MEASURED) {
        close(x.get(i), y.get(i), name, tolerance, "step " + (i + 1));
      }
    }
  }

  private static void close(JsonNode a, JsonNode b, String name, double tolerance, String where) {
    assertThat(b.has(name)).as("%s has %s", where, name).isEqualTo(a.has(name));
    if (a.has(name)) {
      assertThat(b.get(name).doubleValue())
          .as("%s of %s", name, where)
          .isCloseTo(a.get(name).doubleValue(), within(tolerance));
    }
  }

  private static List<String> drawn(List<JsonNode> rows) {
    List<String> all = new ArrayList<>();
    for (JsonNode row : rows) {
      all.add(
          "%s > %s (%s tokens, %s)"
              .formatted(
                  row.get("prompt"), row.get("completion"), row.get("length"), row.get("stopped")));
    }
    return all;
  }
}
