package dev.fettle.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fettle.harness.Fettle;
import dev.fettle.harness.config.BackendSettings;
import dev.fettle.harness.config.ConfigReader;
import dev.fettle.harness.config.DataSettings;
import dev.fettle.harness.model.LoadedModel;
import dev.fettle.harness.model.NewModel;
import dev.fettle.harness.model.NewModel.Family;
import dev.fettle.harness.model.NewModel.Sizes;
import dev.fettle.harness.model.NewModel.TrainedTokens;
import dev.fettle.harness.model.RewardModel;
import dev.fettle.harness.run.RunOptions;
import dev.fettle.harness.run.TrainingReport;
import dev.fettle.harness.score.Calibration;
import dev.fettle.harness.score.PairRewards;
import dev.fettle.harness.score.RewardSummary;
import dev.fettle.harness.score.Share;
import dev.fettle.models.config.ModelFileException;
import dev.fettle.models.head.RewardScale;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Reward models from YAML: what they learn, what they leave, and what scores with it. */
class RewardRunTest {
  private static final int PAIRS = 24;

  @TempDir private static Path dir;
  private static Path answers;

  @BeforeAll
  static void makeRun() throws IOException {
    StringBuilder pairs = new StringBuilder();
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < PAIRS; i++) {
      String prompt = "What is %d and one?".formatted(i * 7);
      String yes = " It is %d.".formatted(i * 7 + 1);
      String no = " No idea" + ".".repeat(i % 5);
      pairs.append(
          "{\"prompt\": \"%s\", \"chosen\": \"%s\", \"rejected\": \"%s\", \"margin\": 0.1}\n"
              .formatted(prompt, yes, no));
      for (String answer : List.of(yes, no)) {
        rows.append("{\"prompt\": \"%s\", \"completion\": \"%s\"}\n".formatted(prompt, answer));
      }
    }
    Path text = Files.writeString(dir.resolve("pairs.jsonl"), pairs);
    answers = Files.writeString(dir.resolve("answers.jsonl"), rows);
    Fettle.initModel(
        new NewModel(
            Family.LLAMA,
            new Sizes(1, 16, 2, 2, 32, 96, true),
            new TrainedTokens(List.of(text), 290, List.of()),
            3),
        dir.resolve("model"));
    Files.writeString(
        dir.resolve("run.yaml"),
        """
        model: { path: model }
        algorithm: { type: reward, centerRewardsCoefficient: 0.01 }
        data: { train: pairs.jsonl, eval: pairs.jsonl, maxLength: 96 }
        optimizer: { learningRate: 1.0e-2 }
        train: { steps: 20, batchSize: 4 }
        """);
  }

  private static TrainingReport train(List<String> overrides) {
    try (Fettle fettle =
        Fettle.open(ConfigReader.read(dir.resolve("run.yaml"), overrides), RunOptions.quiet())) {
      return fettle.train();
    }
  }

  private static double[] rewards(Path model, String backend) {
    List<Double> all = new ArrayList<>();
    try (RewardModel loaded = RewardModel.open(model, BackendSettings.of(backend))) {
      RewardSummary summary = loaded.score(DataSettings.of(answers), all::add);
      assertThat(summary.rows()).isEqualTo(2L * PAIRS);
      assertThat(summary.mean())
          .isCloseTo(all.stream().mapToDouble(d -> d).average().orElseThrow(), within(1e-9));
    }
    return all.stream().mapToDouble(d -> d).toArray();
  }

  static Stream<Arguments> runs() {
    return Stream.of("last", "mean")
        .flatMap(
            pooling -> Stream.of("tensorflow", "onnxruntime").map(id -> Arguments.of(pooling, id)));
  }

  /**
   * The model left by a run finds the chosen answers better, by the pooling it was trained with.
   */
  @ParameterizedTest(name = "{0} on {1}")
  @MethodSource("runs")
  void itLearnsAndScores(String pooling, String backend) throws IOException {
    TrainingReport report =
        train(
            List.of(
                "backend.id=" + backend,
                "algorithm.pooling=" + pooling,
                "run.name=" + pooling + "-" + backend));
    assertThat(report.evaluation().get("eval_accuracy")).isEqualTo(1);
    assertThat(report.evaluation().get("eval_min_reward"))
        .isLessThan(report.evaluation().get("eval_max_reward"));
    Path model = report.model().orElseThrow();
    assertThat(new ObjectMapper().readTree(model.resolve("config.json").toFile()).toString())
        .contains("LlamaForSequenceClassification", "\"fettle_pooling\":\"" + pooling + "\"");
    assertThat(model.resolve("README.md")).content().contains("pipeline_tag: text-classification");
    double[] rewards = rewards(model, backend);
    double margin =
        IntStream.range(0, PAIRS)
            .mapToDouble(i -> rewards[2 * i] - rewards[2 * i + 1])
            .average()
            .orElseThrow();
    assertThat(margin).isCloseTo(report.evaluation().get("eval_margin"), within(1e-4));
    isScaled(model, backend);
    double[] elsewhere = rewards(model, "reference");
    for (int i = 0; i < rewards.length; i++) {
      assertThat(elsewhere[i]).isCloseTo(rewards[i], within(1e-4));
    }
  }

  /** The mean and deviation that were saved are those of the pairs that were evaluated on. */
  private static void isScaled(Path model, String backend) {
    try (RewardModel loaded = RewardModel.open(model, BackendSettings.of(backend))) {
      RewardSummary raw = loaded.score(DataSettings.of(answers), reward -> {});
      RewardScale scale = loaded.scale().orElseThrow();
      assertThat(scale.mean()).isCloseTo(raw.mean(), within(1e-4));
      assertThat(scale.std()).isCloseTo(raw.deviation(), within(1e-4));
      List<Double> rewards = new ArrayList<>();
      RewardSummary scaled = loaded.score(DataSettings.of(answers), true, rewards::add);
      assertThat(scaled.mean()).isCloseTo(0, within(1e-3));
      assertThat(scaled.deviation()).isCloseTo(1, within(1e-3));
      assertThat(rewards.stream().mapToDouble(r -> r).max().orElseThrow())
          .isCloseTo(scaled.most(), within(1e-9));
    }
  }

  /** Where nothing is evaluated, it is of pairs that were trained on. */
  @Test
  void withoutEvaluationTheScaleIsOfThePairsTrainedOn() {
    Path model =
        train(List.of("backend.id=onnxruntime", "run.name=no-eval", "data.eval=null"))
            .model()
            .orElseThrow();
    isScaled(model, "onnxruntime");
  }

  /** Pairs are told from other rows; their rewards are those of the answers. */
  @Test
  void pairsAreCalibratedWith() {
    Path model =
        train(List.of("backend.id=onnxruntime", "run.name=calibrated")).model().orElseThrow();
    double[] rewards = rewards(model, "onnxruntime");
    try (RewardModel loaded = RewardModel.open(model, BackendSettings.of("onnxruntime"))) {
      DataSettings pairs = DataSettings.of(dir.resolve("pairs.jsonl"));
      assertThat(loaded.readsPairs(pairs)).isTrue();
      assertThat(loaded.readsPairs(DataSettings.of(answers))).isFalse();
      List<PairRewards> given = new ArrayList<>();
      Calibration calibration = loaded.calibrate(pairs, false, given::add);
      assertThat(given).hasSize(PAIRS);
      for (int i = 0; i < PAIRS; i++) {
        assertThat(given.get(i).chosen()).isCloseTo(rewards[2 * i], within(1e-4));
        assertThat(given.get(i).rejected()).isCloseTo(rewards[2 * i + 1], within(1e-4));
        assertThat(given.get(i).margin()).isCloseTo(0.1, within(1e-6));
      }
      assertThat(calibration).isEqualTo(Calibration.of(given));
      assertThat(calibration.accuracy()).isEqualTo(new Share(PAIRS, PAIRS));
      assertThat(loaded.calibrate(pairs)).isEqualTo(calibration);
    }
  }

  /** An adapter's directory and the model merged from it give the same rewards. */
  @Test
  void anAdapterIsARewardModelToo() {
    TrainingReport report =
        train(
            List.of(
                "backend.id=onnxruntime",
                "algorithm.pooling=mean",
                "run.name=adapter",
                "model.adapter.targets=all-linear",
                "optimizer.learningRate=5e-2"));
    assertThat(report.evaluation().get("eval_accuracy")).isGreaterThan(0.9);
    Path adapter = report.model().orElseThrow();
    Path merged = dir.resolve("merged");
    Fettle.merge(dir.resolve("model"), adapter, merged);
    isScaled(adapter, "onnxruntime");
    isScaled(merged, "onnxruntime");
    double[] apart = rewards(adapter, "onnxruntime");
    double[] together = rewards(merged, "onnxruntime");
    for (int i = 0; i < apart.length; i++) {
      assertThat(together[i]).isCloseTo(apart[i], within(1e-4));
    }
  }

  @Test
  void oneModelIsNotTakenForAnother() {
    assertThatThrownBy(
            () -> RewardModel.open(dir.resolve("model"), BackendSettings.of("reference")))
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining("no reward model")
        .hasMessageContaining("type: reward");
    Path reward =
        train(List.of("backend.id=reference", "run.name=one-step", "train.steps=1"))
            .model()
            .orElseThrow();
    assertThatThrownBy(() -> LoadedModel.open(reward, BackendSettings.of("reference")))
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining("is a reward model");
  }
}
