package dev.fettle.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fettle.data.read.DataException;
import dev.fettle.harness.Fettle;
import dev.fettle.harness.config.RunConfig;
import dev.fettle.harness.model.NewModel;
import dev.fettle.harness.run.RunOptions;
import dev.fettle.harness.run.TrainingReport;
import dev.fettle.harness.run.TrainingReport.Outcome;
import dev.fettle.rollout.RolloutException;
import dev.fettle.settings.ConfigException;
import dev.fettle.train.StepEvent;
import dev.fettle.train.TrainingListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs of rejection sampling: what they write, what changes nothing, and what is refused. */
class RejectionRunTest {
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

  private static RunConfig.Builder run(String name, String backend) {
    return task.rejection(name, task.fresh(), backend)
        .set("algorithm.reward", List.of(SHORT))
        .set("algorithm.samplesPerPrompt", 4)
        .set("algorithm.keepTruncated", true)
        .set("data.train", List.of(Map.of("path", task.asked(), "limit", 12)))
        .set("data.eval", List.of(Map.of("path", task.heldOut(), "limit", 6)))
        .set("train.epochs", 1)
        .set("train.batchSize", 4);
  }

  private static JsonNode summary(TrainingReport report, int round) throws IOException {
    return JSON.readTree(
        Files.readString(report.directory().path().resolve("rounds/" + round + "/summary.json")));
  }

  private static List<String> lines(TrainingReport report, String file) throws IOException {
    return Files.readAllLines(report.directory().path().resolve("rounds").resolve(file));
  }

  @ParameterizedTest
  @MethodSource("dev.fettle.integration.TestBackends#ids")
  void aRunKeepsWhatEachRoundWas(String backend) throws IOException {
    TrainingReport report = LetterTask.train(run("kept-" + backend, backend).build());
    assertThat(report.outcome()).isEqualTo(Outcome.FINISHED);
    assertThat(report.step()).as("12 prompts in batches of 4, twice").isEqualTo(6);
    for (int round = 1; round <= 2; round++) {
      assertThat(lines(report, round + "/samples.jsonl")).hasSize(48);
      assertThat(lines(report, round + "/kept.jsonl")).hasSize(12);
      JsonNode summary = summary(report, round);
      assertThat(summary.get("kept").asInt()).isEqualTo(12);
      assertThat(summary.get("kept_reward").asDouble())
          .isCloseTo(summary.get("best_of_n").asDouble(), within(1e-12))
          .isGreaterThan(summary.get("reward").asDouble());
      assertThat(summary.get("left_out").get("not_among_best").asInt()).isEqualTo(36);
    }
    List<JsonNode> steps = Metrics.of(report.directory().metrics()).steps();
    assertThat(steps).filteredOn(s -> s.has("reward")).hasSize(2);
    for (int first : new int[] {0, 3}) {
      assertThat(steps.get(first).fieldNames())
          .toIterable()
          .contains(
              "reward",
              "reward_std",
              "rewards/length/mean",
              "kept",
              "completions/mean_length",
              "completions/clipped_ratio",
              "timing/rollout",
              "timing/reward");
    }
    assertThat(report.evaluation()).containsKeys("eval_loss", "eval_reward");
    assertThat(lines(report, "1/samples.jsonl")).isNotEqualTo(lines(report, "2/samples.jsonl"));
  }

  /** What was kept trains a model as rows of supervised fine-tuning. */
  @Test
  void whatWasKeptIsRowsOfAnyRun() throws IOException {
    TrainingReport report = LetterTask.train(run("rows", "onnxruntime").build());
    TrainingReport sft =
        LetterTask.train(
            task.run("rows-sft", task.fresh(), "onnxruntime")
                .set("data.train", report.directory().path().resolve("rounds/1/kept.jsonl"))
                .set("train.steps", 1)
                .build());
    assertThat(sft.rows().get("train")).isNotNull();
    assertThat(sft.loss()).isFinite();
  }

  /** Stopped at each of its steps, while it samples and while it trains, it is the same run. */
  @ParameterizedTest
  @MethodSource("dev.fettle.integration.TestBackends#ids")
  void aStoppedRunIsTheSame(String backend) throws IOException {
    RunConfig straight =
        run("straight-" + backend, backend)
            .set("train.checkpointEvery", 2)
            .set("train.evalEvery", 2)
            .build();
    TrainingReport whole = LetterTask.train(straight);
    RunConfig stopped = straight.toBuilder().set("run.name", "stopped-" + backend).build();
    int stops = 0;
    TrainingReport report = resume(stopped, 40);
    while (report.outcome() == Outcome.STOPPED) {
      assertThat(++stops).isLessThan(60);
      report = resume(stopped, 40 + 13 * stops);
    }
    assertThat(stops).isGreaterThan(2);
    for (String file : List.of("1/samples", "1/kept", "2/samples", "2/kept")) {
      assertThat(lines(report, file + ".jsonl")).isEqualTo(lines(whole, file + ".jsonl"));
    }
    assertThat(Metrics.of(report.directory().metrics()).withoutTimes())
        .isEqualTo(Metrics.of(whole.directory().metrics()).withoutTimes());
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

  private static TrainingReport stoppedAfterAStep(RunConfig config) {
    AtomicBoolean taken = new AtomicBoolean();
    RunOptions stopping =
        RunOptions.quiet()
            .stoppingWhen(taken::get)
            .toldTo(
                new TrainingListener() {
                  @Override
                  public void onStep(StepEvent event) {
                    taken.set(true);
                  }
                });
    try (Fettle fettle = Fettle.open(config, stopping)) {
      return fettle.train();
    }
  }

  /** Packing and micro-batches change nothing but where tokens lie. */
  @Test
  void packingAndMicroBatchesChangeNothing() throws IOException {
    List<JsonNode> padded = losses("padded", "none", 4);
    for (List<JsonNode> other : List.of(losses("packed", "bfd", 4), losses("single", "none", 1))) {
      for (int i = 0; i < padded.size(); i++) {
        assertThat(other.get(i).get("loss").doubleValue())
            .isCloseTo(padded.get(i).get("loss").doubleValue(), within(1e-5));
      }
    }
  }

  private static List<JsonNode> losses(String name, String packing, int micro) throws IOException {
    TrainingReport report =
        LetterTask.train(
            run(name, "onnxruntime")
                .set("data.packing", packing)
                .set("train.microBatchSize", micro)
                .set("algorithm.rounds", 1)
                .unset("train.epochs")
                .set("train.steps", 4)
                .build());
    return Metrics.of(report.directory().metrics()).steps();
  }

  /** The adapter answers, and alone is trained; the best evaluation is the one of most reward. */
  @ParameterizedTest
  @ValueSource(strings = {"tensorflow", "onnxruntime"})
  void anAdapterSamplesAndLearns(String backend) throws IOException {
    TrainingReport report =
        LetterTask.train(
            run("adapter-" + backend, backend)
                .set("model.adapter.rank", 4)
                .set("model.adapter.targets", "all-linear")
                .set("optimizer.learningRate", 5e-2)
                .set("train.evalEvery", 2)
                .set("train.keepBest.metric", "eval_reward")
                .build());
    assertThat(report.directory().finalModel().resolve("adapter_model.safetensors")).exists();
    assertThat(report.best().orElseThrow().metric()).isEqualTo("eval_reward");
    List<Double> rewards = Metrics.of(report.directory().metrics()).evaluations("eval_reward");
    assertThat(report.best().orElseThrow().value())
        .isEqualTo(rewards.stream().mapToDouble(r -> r).max().orElseThrow());
    JsonNode first =
        JSON.readTree(lines(report, "1/origin.json").stream().reduce("", String::concat));
    JsonNode second =
        JSON.readTree(lines(report, "2/origin.json").stream().reduce("", String::concat));
    assertThat(second.get("policy")).as("it has learnt").isNotEqualTo(first.get("policy"));
    assertThat(lines(report, "1/samples.jsonl")).isNotEqualTo(lines(report, "2/samples.jsonl"));
  }

  /** Conversations are answered in their turn, and kept as conversations. */
  @Test
  void conversationsAreKeptAsSuch() throws IOException {
    Path text = Files.writeString(dir.resolve("chat.txt"), "user assistant a b c \n".repeat(9));
    Path model = dir.resolve("chat");
    Fettle.initModel(
        new NewModel(
            NewModel.Family.LLAMA,
            new NewModel.Sizes(1, 16, 2, 2, 32, 160, true),
            new NewModel.TrainedTokens(List.of(text), 300, List.of()),
            3),
        model);
    Path prompts = dir.resolve("chat.jsonl");
    Files.writeString(
        prompts,
        "{\"prompt\": [{\"role\": \"user\", \"content\": \"a b?\"}], \"id\": 7}\n".repeat(3));
    TrainingReport report =
        LetterTask.train(
            run("chat", "onnxruntime")
                .set("model.path", model)
                .set("data.train", prompts)
                .unset("data.eval")
                .set("data.maxLength", 160)
                .set("data.chatTemplate", "chatml")
                .build());
    JsonNode kept = JSON.readTree(lines(report, "1/kept.jsonl").get(0));
    assertThat(kept.get("prompt").get(0).get("role").textValue()).isEqualTo("user");
    assertThat(kept.get("completion").get(0).get("role").textValue()).isEqualTo("assistant");
    TrainingReport sft =
        LetterTask.train(
            task.run("chat-sft", model, "onnxruntime")
                .set("data.train", report.directory().path().resolve("rounds/1/kept.jsonl"))
                .set("data.maxLength", 160)
                .set("data.chatTemplate", "chatml")
                .set("train.steps", 1)
                .build());
    assertThat(sft.loss()).isFinite();
  }

  @Test
  void earlierRoundsCountWhereAskedFor() throws IOException {
    TrainingReport best =
        LetterTask.train(
            run("best-so-far", "onnxruntime")
                .set("algorithm.bestSoFar", true)
                .set("algorithm.rounds", 3)
                .build());
    assertThat(summary(best, 3).get("kept_reward").asDouble())
        .isGreaterThanOrEqualTo(summary(best, 1).get("kept_reward").asDouble());
    assertThat(lines(best, "3/kept.jsonl")).hasSize(12).anyMatch(l -> l.contains("\"round\":1"));
    TrainingReport mixed =
        LetterTask.train(
            run("mixed", "onnxruntime")
                .set("algorithm.mixPrevious", 0.5)
                .set("algorithm.rounds", 3)
                .build());
    assertThat(lines(mixed, "2/kept.jsonl")).hasSize(18);
    assertThat(lines(mixed, "3/kept.jsonl")).hasSize(24);
  }

  /** With a threshold nothing reaches, a round says so; the model stays as it was. */
  @Test
  void aRoundThatKeepsNothingSaysWhatToDo() {
    RunConfig config =
        run("nothing", "onnxruntime").set("algorithm.keep", Map.of("threshold", 99)).build();
    assertThatThrownBy(() -> LetterTask.train(config))
        .isInstanceOf(RolloutException.class)
        .hasMessageContaining("round 1 keeps none of its 48 answers (48 below_threshold")
        .hasMessageContaining("lower algorithm.keep.threshold")
        .hasMessageContaining("samples.jsonl");
    // The samples are there, and a lower threshold goes on with them.
    TrainingReport report =
        resume(
            config.toBuilder().set("algorithm.keep", Map.of("threshold", 0)).build(),
            Integer.MAX_VALUE);
    assertThat(report.outcome()).isEqualTo(Outcome.FINISHED);
  }

  @Test
  void aRoundThatIsGoneIsTold() throws IOException {
    RunConfig config = run("gone", "onnxruntime").set("train.checkpointEvery", 1).build();
    TrainingReport report = stoppedAfterAStep(config);
    assertThat(report.outcome()).isEqualTo(Outcome.STOPPED);
    assertThat(report.step()).isEqualTo(1);
    Files.delete(report.directory().path().resolve("rounds/1/kept.jsonl"));
    assertThatThrownBy(() -> resume(config, Integer.MAX_VALUE))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("rounds/1/kept.jsonl")
        .hasMessageContaining("is gone");
  }

  @Test
  void settingsThatCannotBeAreNamed() {
    refused(
            run("a", "reference")
                .set("algorithm.rounds", 3)
                .unset("train.epochs")
                .set("train.steps", 2))
        .hasMessageContaining("algorithm.rounds")
        .hasMessageContaining("the run has 2 steps");
    refusedAtOnce("algorithm.temperature", 0, "algorithm.temperature", "all 4 answers");
    refusedAtOnce("algorithm.keep", "bets", "algorithm.keep", "best");
    refusedAtOnce(
        "algorithm.keep", Map.of("topShare", 1.5), "algorithm.keep.topShare", "at most 1");
    refusedAtOnce(
        "algorithm.keep", Map.of("answers", "all", "topK", 2), "algorithm.keep", "keep one");
    refusedAtOnce("algorithm.mixPrevious", 2, "algorithm.mixPrevious", "at most 1");
    refusedAtOnce("algorithm.rounds", 0, "algorithm.rounds", "1 or more");
    refused(run("b", "reference").set("algorithm.reward", "exact-mach"))
        .hasMessageContaining("exact-match");
  }

  private static void refusedAtOnce(String key, Object value, String... words) {
    for (String word : words) {
      assertThatThrownBy(() -> run("c", "reference").set(key, value).build())
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining(word);
    }
  }

  private static org.assertj.core.api.AbstractThrowableAssert<?, ? extends Throwable> refused(
      RunConfig.Builder run) {
    return assertThatThrownBy(() -> LetterTask.train(run.build()))
        .isInstanceOf(ConfigException.class);
  }
}
