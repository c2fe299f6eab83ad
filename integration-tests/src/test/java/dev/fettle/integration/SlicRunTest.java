package dev.fettle.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fettle.harness.Fettle;
import dev.fettle.harness.config.RunConfig;
import dev.fettle.harness.run.RunOptions;
import dev.fettle.harness.run.TrainingReport;
import dev.fettle.harness.run.TrainingReport.Outcome;
import dev.fettle.rollout.RolloutException;
import dev.fettle.settings.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs of SLiC-HF: on pairs with targets, and on the model's own answers, ranked by a reward. */
class SlicRunTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Few characters of five tokens: a fresh model has some answers of each number. */
  private static final Map<String, Object> SHORT =
      Map.of("type", "length", "unit", "characters", "max", 6);

  @TempDir private static Path dir;
  private static LetterTask task = new LetterTask(Path.of(""));

  @BeforeAll
  static void makeTask() throws IOException {
    task = LetterTask.in(dir);
  }

  private static RunConfig.Builder ranked(String name, String backend) {
    return task.run(name, task.fresh(), backend)
        .set("algorithm.type", "slic")
        .set("algorithm.mode", "sample-rank")
        .set("algorithm.reward", List.of(SHORT))
        .set("algorithm.samplesPerPrompt", 4)
        .set("algorithm.maxNewTokens", 5)
        .set("algorithm.keepTruncated", true)
        .set("data.train", List.of(Map.of("path", task.asked(), "limit", 16)))
        .set("data.eval", List.of(Map.of("path", task.heldOut(), "limit", 16)))
        .set("train.batchSize", 8);
  }

  private static List<JsonNode> pairs(TrainingReport report, int round) throws IOException {
    List<JsonNode> rows = new ArrayList<>();
    for (String line : Files.readAllLines(pairsFile(report, round))) {
      rows.add(JSON.readTree(line));
    }
    return rows;
  }

  private static Path pairsFile(TrainingReport report, int round) {
    return report.directory().path().resolve("rounds/" + round + "/pairs.jsonl");
  }

  /** It learns to answer as it is rewarded, and the pairs are rows of preferences. */
  @ParameterizedTest
  @ValueSource(strings = {"tensorflow", "onnxruntime"})
  void itLearnsFromItsOwnAnswers(String backend) throws IOException {
    TrainingReport report =
        LetterTask.train(
            ranked("ranked-" + backend, backend)
                .set("algorithm.rounds", 2)
                .set("train.steps", 40)
                .set("train.evalAtStart", true)
                .build());
    List<JsonNode> pairs = pairs(report, 1);
    assertThat(pairs).hasSizeBetween(8, 48);
    for (JsonNode pair : pairs) {
      assertThat(pair.get("margin").doubleValue()).isPositive();
      assertThat(pair.get("chosen").textValue().length())
          .isLessThan(pair.get("rejected").textValue().length());
    }
    assertThat(pairs)
        .as("most pairs are of answers that are not the best")
        .anyMatch(p -> p.has("completion"));
    Metrics metrics = Metrics.of(report.directory().metrics());
    List<Double> rewards = metrics.evaluations("eval_reward");
    System.out.println(backend + ": reward of held-out prompts " + rewards);
    assertThat(rewards.get(rewards.size() - 1)).isGreaterThan(rewards.get(0) + 0.1);
    assertThat(metrics.steps()).filteredOn(s -> s.has("pairs")).hasSize(2);
    TrainingReport dpo =
        LetterTask.train(
            task.run("dpo-" + backend, task.fresh(), backend)
                .set("algorithm.type", "dpo")
                .set("data.train", pairsFile(report, 1))
                .set("train.steps", 2)
                .build());
    assertThat(dpo.loss()).isLessThan(0.7);
  }

  @ParameterizedTest
  @ValueSource(strings = {"tensorflow", "onnxruntime"})
  void aStoppedRunIsTheSame(String backend) throws IOException {
    RunConfig straight =
        ranked("straight-" + backend, backend)
            .set("train.steps", 6)
            .set("train.checkpointEvery", 2)
            .build();
    TrainingReport whole = LetterTask.train(straight);
    RunConfig stopped = straight.toBuilder().set("run.name", "stopped-" + backend).build();
    int stops = 0;
    TrainingReport report = resume(stopped, 60);
    while (report.outcome() == Outcome.STOPPED) {
      assertThat(++stops).isLessThan(40);
      report = resume(stopped, 60 + 60 * stops);
    }
    assertThat(stops).isPositive();
    assertThat(pairs(report, 1)).isEqualTo(pairs(whole, 1));
    assertThat(
            Files.mismatch(
                whole.directory().finalModel().resolve("model.safetensors"),
                report.directory().finalModel().resolve("model.safetensors")))
        .isEqualTo(-1);
  }

  private static TrainingReport resume(RunConfig config, int questions) {
    AtomicInteger asked = new AtomicInteger();
    RunOptions stopping =
        RunOptions.quiet().stoppingWhen(() -> asked.incrementAndGet() > questions);
    try (Fettle fettle = Fettle.open(config, stopping)) {
      return fettle.resume();
    }
  }

  /** A row's own target is learnt; where no row has one, it is the chosen answer as ever. */
  @Test
  void aRowMayHoldATarget() throws IOException {
    Path pairs = dir.resolve("pairs.jsonl");
    Files.writeString(
        pairs, "{\"prompt\": \"cab=\", \"chosen\": \"ab\", \"rejected\": \"ba\"}\n".repeat(4));
    Path targeted = dir.resolve("targeted.jsonl");
    Files.writeString(
        targeted,
        "{\"prompt\": \"cab=\", \"chosen\": \"ab\", \"rejected\": \"ba\"}\n".repeat(2)
            + "{\"prompt\": \"cab=\", \"chosen\": \"ab\", \"rejected\": \"ba\","
                .concat(" \"completion\": \"abc\"}\n")
                .repeat(2));
    double without = direct("without", pairs).loss();
    double with = direct("with", targeted).loss();
    assertThat(with).isNotEqualTo(without);
    TrainingReport learnt =
        LetterTask.train(
            task.run("learnt", task.fresh(), "onnxruntime")
                .set("algorithm.type", "slic")
                .set("algorithm.delta", 0)
                .set("algorithm.lambda", 1)
                .set("data.train", targeted)
                .set("data.packing", "none")
                .set("train.steps", 60)
                .build());
    TrainingReport scored =
        LetterTask.train(
            task.run("scored", learnt.directory().finalModel(), "onnxruntime")
                .set("data.train", shown())
                .set("train.steps", 1)
                .build());
    assertThat(scored.loss()).as("a token of the target").isLessThan(1.2);
  }

  private static Path shown() throws IOException {
    return Files.writeString(
        dir.resolve("target.jsonl"), "{\"prompt\": \"cab=\", \"completion\": \"abc\"}\n");
  }

  private static TrainingReport direct(String name, Path rows) {
    return LetterTask.train(
        task.run(name, task.fresh(), "onnxruntime")
            .set("algorithm.type", "slic")
            .set("data.train", rows)
            .set("data.packing", "none")
            .set("train.steps", 1)
            .set("train.batchSize", 4)
            .build());
  }

  @Test
  void answersThatAreAllWorthTheSameMakeNoPair() {
    RunConfig config =
        ranked("none", "onnxruntime")
            .set("algorithm.reward", "sorted-letters")
            .set("train.steps", 2)
            .build();
    assertThatThrownBy(() -> LetterTask.train(config))
        .isInstanceOf(RolloutException.class)
        .hasMessageContaining("round 1 makes no pair of its 64 answers")
        .hasMessageContaining("worth the same");
  }

  @Test
  void settingsThatCannotBeAreNamed() {
    assertThatThrownBy(() -> ranked("a", "reference").unset("algorithm.reward").build())
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("algorithm.reward")
        .hasMessageContaining("sample-rank");
    assertThatThrownBy(() -> ranked("b", "reference").set("algorithm.mode", "direct").build())
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("algorithm.reward")
        .hasMessageContaining("nothing is sampled");
    assertThatThrownBy(() -> ranked("c", "reference").set("algorithm.samplesPerPrompt", 1).build())
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("a pair needs 2");
    assertThatThrownBy(() -> ranked("d", "reference").set("algorithm.mode", "sample_rank").build())
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("sample-rank");
  }
}
