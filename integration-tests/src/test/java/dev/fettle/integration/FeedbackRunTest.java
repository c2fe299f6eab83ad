package dev.fettle.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fettle.data.encode.LossOn;
import dev.fettle.feedback.job.Count;
import dev.fettle.feedback.job.FeedbackJob;
import dev.fettle.feedback.job.FeedbackWatch;
import dev.fettle.feedback.job.LabelOptions;
import dev.fettle.feedback.job.ReviseOptions;
import dev.fettle.harness.Fettle;
import dev.fettle.harness.config.BackendSettings;
import dev.fettle.harness.config.DataSettings;
import dev.fettle.harness.config.RunConfig;
import dev.fettle.harness.feedback.Feedback;
import dev.fettle.harness.feedback.FeedbackSource;
import dev.fettle.harness.feedback.JudgeSettings;
import dev.fettle.harness.feedback.LabelConfig;
import dev.fettle.harness.feedback.RespondentSettings;
import dev.fettle.harness.feedback.ReviseConfig;
import dev.fettle.harness.model.Continuation;
import dev.fettle.harness.model.LoadedModel;
import dev.fettle.harness.model.NewModel;
import dev.fettle.harness.model.OpenRewards;
import dev.fettle.harness.run.RunOptions;
import dev.fettle.harness.run.TrainingReport;
import dev.fettle.harness.score.RowScore;
import dev.fettle.models.generate.Generation;
import dev.fettle.models.generate.StopReason;
import dev.fettle.reward.RewardKeys;
import dev.fettle.reward.Rewards;
import dev.fettle.sample.Completion;
import dev.fettle.sample.SamplePrompt;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A model on a backend as judge and writer; what it makes is trained on. */
class FeedbackRunTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int ROWS = 6;

  @TempDir private Path dir;
  private Path model;
  private Path rows;

  @BeforeEach
  void makeModelAndRows() throws IOException {
    Path text = dir.resolve("text.txt");
    Files.writeString(
        text, "The better answer is A. The better answer is B. The score is 10.\n".repeat(20));
    model = dir.resolve("model");
    Fettle.initModel(
        new NewModel(
            NewModel.Family.LLAMA,
            new NewModel.Sizes(2, 32, 4, 2, 48, 2048, true),
            new NewModel.TrainedTokens(List.of(text), 300, List.of()),
            5),
        model);
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < ROWS; i++) {
      lines.add(
          "{\"prompt\":\"Say %d\",\"chosen\":\"It is %d.\",\"rejected\":\"no %d no\",\"completion\":\"%d\"}"
              .formatted(i, i, i, i));
    }
    rows = Files.write(dir.resolve("rows.jsonl"), lines);
  }

  private FeedbackSource source(String backend, String out) {
    return FeedbackSource.of(dir.resolve(out), rows).on(BackendSettings.of(backend));
  }

  private LabelConfig labels(String backend, String out) {
    LabelOptions options =
        new LabelOptions(
            LabelOptions.By.COMPARISON,
            true,
            LabelOptions.Decide.MEAN,
            LabelOptions.Compare.ALL,
            0,
            false);
    return new LabelConfig(
        source(backend, out), JudgeSettings.of(RespondentSettings.Local.of(model)), options);
  }

  private static List<JsonNode> read(Path file) throws IOException {
    List<JsonNode> lines = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      lines.add(JSON.readTree(line));
    }
    return lines;
  }

  private List<Double> probabilities(String out) throws IOException {
    return read(FeedbackJob.log(dir.resolve(out))).stream()
        .filter(l -> l.has("probability"))
        .map(l -> l.path("probability").asDouble())
        .toList();
  }

  /** Likelihoods of the letters are those of every backend, and the pairs are trained on. */
  @ParameterizedTest
  @MethodSource("dev.fettle.integration.TestBackends#ids")
  void aModelLabelsAndDpoTakesItsPairs(String backend) throws IOException {
    Feedback.Result reference = Feedback.label(labels("reference", "ref"), FeedbackWatch.NONE);
    Feedback.Result result = Feedback.label(labels(backend, "out"), FeedbackWatch.NONE);
    assertThat(result.report().counts().of(Count.PAIRS)).isEqualTo(ROWS);
    assertThat(reference.report().counts().of(Count.QUESTIONS)).isEqualTo(2 * ROWS);
    List<Double> wanted = probabilities("ref");
    List<Double> got = probabilities("out");
    assertThat(got).hasSize(2 * ROWS);
    for (int i = 0; i < got.size(); i++) {
      assertThat(got.get(i)).isCloseTo(wanted.get(i), within(1e-4)).isBetween(0.01, 0.99);
    }
    TrainingReport trained = train(backend, "dpo", FeedbackJob.pairs(dir.resolve("out")));
    assertThat(trained.step()).isEqualTo(2);
    assertThat(train(backend, "reward", FeedbackJob.pairs(dir.resolve("out"))).step()).isEqualTo(2);
  }

  private TrainingReport train(String backend, String algorithm, Path pairs) {
    RunConfig config =
        RunConfig.builder()
            .set("run.name", algorithm + "-" + backend)
            .set("run.out", dir.resolve("runs"))
            .set("backend.id", backend)
            .set("model.path", model)
            .set("algorithm.type", algorithm)
            .set("data.train", pairs)
            .set("data.maxLength", 64)
            .set("train.steps", 2)
            .set("train.batchSize", 2)
            .build();
    try (Fettle fettle = Fettle.open(config, RunOptions.quiet())) {
      return fettle.train();
    }
  }

  @ParameterizedTest
  @MethodSource("dev.fettle.integration.TestBackends#ids")
  void aModelRevisesAndItsPairsAreTaken(String backend) throws IOException {
    RespondentSettings writer =
        new RespondentSettings.Local(
            model, Optional.empty(), Optional.empty(), Optional.empty(), 1.0, 12, 4);
    ReviseConfig config =
        new ReviseConfig(source(backend, "out"), writer, new ReviseOptions(2, 2, true));
    Feedback.Result result = Feedback.revise(config, FeedbackWatch.NONE);
    assertThat(result.report().counts().of(Count.PAIRS)).isPositive();
    assertThat(read(FeedbackJob.pairs(dir.resolve("out")))).allMatch(p -> p.has("chosen"));
    assertThat(train(backend, "dpo", FeedbackJob.pairs(dir.resolve("out"))).step()).isEqualTo(2);
    assertThat(train(backend, "sft", FeedbackJob.completions(dir.resolve("out"))).step())
        .isEqualTo(2);
  }

  /** What follows a prompt is as likely as the scores of rows say. */
  @Test
  void likelihoodsAreTheScoresOfRows() throws IOException {
    Path scored = dir.resolve("scored.jsonl");
    Files.writeString(
        scored,
        """
        {"input_ids":[5,6,7,8,9],"loss_mask":[0,0,0,1,1]}
        {"input_ids":[5,6,7],"loss_mask":[0,0,1]}
        """);
    try (LoadedModel loaded = LoadedModel.open(model, BackendSettings.of("onnxruntime"))) {
      double[] sums =
          loaded.logProbs(
              List.of(
                  new Continuation(new int[] {5, 6, 7}, new int[] {8, 9}),
                  new Continuation(new int[] {5, 6}, new int[] {7})));
      List<Double> rowSums =
          loaded.score(DataSettings.of(scored), LossOn.AUTO).rows().stream()
              .map(RowScore::logprob)
              .toList();
      assertThat(sums[0]).isCloseTo(rowSums.get(0), within(1e-5));
      assertThat(sums[1]).isCloseTo(rowSums.get(1), within(1e-5));
    }
  }

  /** By its name in a configuration; a score lies on the scale, and closes with the others. */
  @ParameterizedTest
  @ValueSource(strings = {"tensorflow", "onnxruntime"})
  void aJudgeIsAReward(String backend) {
    String entry =
        "{type: judge, judge: {model: %s, backend: {id: %s}}, weight: 2}".formatted(model, backend);
    List<Completion> answers = List.of(completion("yes"), completion("no, never"));
    try (OpenRewards rewards =
        OpenRewards.open(
            RewardKeys.read("--reward", List.of(entry)),
            Rewards.discover(),
            BackendSettings.of(backend),
            Optional.empty())) {
      double[] scores = Objects.requireNonNull(rewards.scores(answers).byName().get("judge"));
      assertThat(scores).hasSize(2);
      assertThat(scores[0]).isBetween(1.0, 10.0);
      assertThat(scores[0]).isNotEqualTo(scores[1]);
      assertThat(rewards.scores(answers).total()[0]).isCloseTo(2 * scores[0], within(1e-9));
    }
  }

  private static Completion completion(String text) {
    SamplePrompt prompt =
        new SamplePrompt(
            0,
            JSON.createObjectNode().put("prompt", "Is it so?"),
            "Is it so?",
            false,
            new int[] {1});
    Generation tokens =
        new Generation(new int[] {2}, new float[1], new float[1], StopReason.STOP_TOKEN);
    return new Completion(prompt, 0, text, tokens);
  }
}
