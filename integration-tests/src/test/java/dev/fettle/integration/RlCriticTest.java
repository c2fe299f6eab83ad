package dev.fettle.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fettle.checkpoint.CheckpointStore;
import dev.fettle.harness.Fettle;
import dev.fettle.harness.config.BackendSettings;
import dev.fettle.harness.config.RunConfig;
import dev.fettle.harness.model.LoadedModel;
import dev.fettle.harness.model.NewModel;
import dev.fettle.harness.run.TrainingReport;
import dev.fettle.models.config.ModelFileException;
import dev.fettle.models.generate.SamplingOptions;
import dev.fettle.models.weights.WeightSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Critics of runs: what they begin as, what they learn, and where they are kept; policies with an
 * adapter, and what they are held against.
 */
class RlCriticTest {
  private static final String HEAD = "v_head.weight";
  private static final String OWN = "critic.";

  /** So small that no weight changes. */
  private static final double STILL = 1e-30;

  @TempDir private static Path dir;
  private static RlTask task = new RlTask(new LetterTask(Path.of("")));
  private static Path reward = Path.of("");

  @BeforeAll
  static void make() throws IOException {
    task = RlTask.in(dir);
    StringBuilder pairs = new StringBuilder();
    for (int i = 0; i < 16; i++) {
      pairs.append(
          "{\"prompt\": \"%s=\", \"chosen\": \"abc\", \"rejected\": \"c%s\"}\n"
              .formatted("cab".substring(i % 3), "a".repeat(i % 4)));
    }
    Path rows = Files.writeString(dir.resolve("pairs.jsonl"), pairs);
    reward =
        LetterTask.train(
                task.letters()
                    .run("reward", task.letters().fresh(), "onnxruntime")
                    .set("algorithm.type", "reward")
                    .set("optimizer.learningRate", 1e-2)
                    .set("data.train", rows)
                    .set("data.packing", "none")
                    .set("train.steps", 3)
                    .set("train.batchSize", 4)
                    .build())
            .model()
            .orElseThrow();
  }

  private static RunConfig.Builder run(String name, String backend) {
    return task.run(name, backend, "a2c")
        .set("train.steps", 3)
        .set("train.checkpointEvery", 1)
        .set("train.keep", 0);
  }

  /** The tensors of a directory's weights. */
  private static Map<String, float[]> tensors(Path file) {
    Map<String, float[]> all = new HashMap<>();
    try (WeightSource source = WeightSource.open(file)) {
      source.names().forEach(name -> all.put(name, source.read(name).toFloats()));
    }
    return all;
  }

  private static Path checkpoint(TrainingReport report, int step) {
    return CheckpointStore.list(report.directory().checkpoints()).stream()
        .filter(c -> CheckpointStore.stepOf(c) == step)
        .findFirst()
        .orElseThrow();
  }

  private static Map<String, float[]> after(TrainingReport report, int step) {
    return tensors(checkpoint(report, step));
  }

  @ParameterizedTest
  @ValueSource(strings = {"tensorflow", "onnxruntime"})
  void aSharedCriticIsAHeadThatLearns(String backend) throws IOException {
    TrainingReport report = LetterTask.train(run("shared-" + backend, backend).build());
    Map<String, float[]> start = tensors(task.letters().fresh());
    Map<String, float[]> first = after(report, 1);
    Map<String, float[]> last = after(report, 3);
    TreeSet<String> expected = new TreeSet<>(start.keySet());
    expected.add(HEAD);
    assertThat(first.keySet()).isEqualTo(expected);
    assertThat(last.get(HEAD)).isNotEqualTo(first.get(HEAD));
    isLanguageModelAlone(report, start);
  }

  /** Tensors and config of the model that training began with, and it answers. */
  private static void isLanguageModelAlone(TrainingReport report, Map<String, float[]> start)
      throws IOException {
    Path finished = report.directory().finalModel();
    assertThat(tensors(finished).keySet()).isEqualTo(start.keySet());
    JsonNode config = new ObjectMapper().readTree(finished.resolve("config.json").toFile());
    assertThat(config.get("architectures").get(0).textValue()).isEqualTo("LlamaForCausalLM");
    assertThat(config.has("id2label")).isFalse();
    try (LoadedModel model = LoadedModel.open(finished, BackendSettings.of("onnxruntime"))) {
      assertThat(model.generate("abc=", SamplingOptions.greedy(4))).isNotNull();
    }
  }

  /** Held still while the policy learns, it is seen to begin as the policy did. */
  @ParameterizedTest
  @ValueSource(strings = {"tensorflow", "onnxruntime"})
  void aSeparateCriticBeginsAsThePolicy(String backend) throws IOException {
    TrainingReport report =
        LetterTask.train(
            run("separate-" + backend, backend)
                .set("algorithm.critic.body", "separate")
                .set("algorithm.critic.learningRate", STILL)
                .build());
    Map<String, float[]> start = tensors(task.letters().fresh());
    Map<String, float[]> last = after(report, 3);
    start.forEach(
        (name, weights) -> {
          if (last.containsKey(OWN + name)) {
            assertThat(last.get(OWN + name)).as(name).isEqualTo(weights);
          }
          assertThat(last.get(name)).as("the policy's " + name).isNotEqualTo(weights);
        });
    assertThat(last.keySet())
        .as("all of the body, and not the policy's own head")
        .filteredOn(name -> name.startsWith(OWN))
        .hasSize(start.containsKey("lm_head.weight") ? start.size() - 1 : start.size());
    isLanguageModelAlone(report, start);
  }

  /** And the other way round: the critic learns at its own rate, and never moves the policy. */
  @Test
  void aSeparateCriticLeavesThePolicyAlone() throws IOException {
    TrainingReport report =
        LetterTask.train(
            run("apart", "onnxruntime")
                .set("algorithm.critic.body", "separate")
                .set("algorithm.critic.learningRate", 1e-2)
                .set("optimizer.learningRate", STILL)
                .build());
    Map<String, float[]> start = tensors(task.letters().fresh());
    Map<String, float[]> last = after(report, 3);
    start.forEach((name, weights) -> assertThat(last.get(name)).as(name).isEqualTo(weights));
    last.forEach(
        (name, weights) -> {
          if (name.startsWith(OWN)) {
            assertThat(weights).as(name).isNotEqualTo(start.get(name.substring(OWN.length())));
          }
        });
    assertThat(last.get(HEAD)).isNotEqualTo(after(report, 1).get(HEAD));
  }

  @ParameterizedTest
  @ValueSource(strings = {"shared", "separate"})
  void aCriticBeginsAsARewardModel(String body) throws IOException {
    TrainingReport report =
        LetterTask.train(
            run("from-" + body, "onnxruntime")
                .set("algorithm.critic.body", body)
                .set("algorithm.critic.from", reward)
                .set("algorithm.critic.learningRate", STILL)
                .build());
    Map<String, float[]> judge = tensors(reward);
    Map<String, float[]> last = after(report, 3);
    assertThat(last.get(HEAD)).isEqualTo(judge.get("score.weight"));
    long own = last.keySet().stream().filter(name -> name.startsWith(OWN)).count();
    assertThat(own).isEqualTo(body.equals("shared") ? 0 : judge.size() - 1);
    last.forEach(
        (name, weights) -> {
          if (name.startsWith(OWN)) {
            assertThat(weights).as(name).isEqualTo(judge.get(name.substring(OWN.length())));
          }
        });
  }

  @Test
  void anotherArchitectureIsRefusedInOneLine() throws IOException {
    Path other = dir.resolve("other");
    Fettle.initModel(
        new NewModel(
            NewModel.Family.GPT_NEOX,
            new NewModel.Sizes(1, 16, 2, 2, 32, 32, true),
            new NewModel.TrainedTokens(List.of(dir.resolve("text.txt")), 270, List.of()),
            3),
        other);
    Path larger = dir.resolve("larger");
    Fettle.initModel(
        new NewModel(
            NewModel.Family.LLAMA,
            new NewModel.Sizes(2, 96, 4, 4, 96, 32, true),
            new NewModel.TrainedTokens(List.of(dir.resolve("text.txt")), 270, List.of()),
            3),
        larger);
    Path otherHeads = withOtherHeads();
    Map<Path, String> refused =
        Map.of(
            other,
            "is gpt_neox of 1 layers of width 16",
            larger,
            "is llama of 2 layers of width 96",
            otherHeads,
            "2 heads of 24",
            task.letters().fresh(),
            "is of no reward model",
            dir,
            "config.json");
    for (Map.Entry<Path, String> e : refused.entrySet()) {
      for (String body : List.of("shared", "separate")) {
        RunConfig config =
            run("refused-" + e.getKey().getFileName() + body, "onnxruntime")
                .set("algorithm.critic.body", body)
                .set("algorithm.critic.from", e.getKey())
                .build();
        assertThatThrownBy(() -> LetterTask.train(config))
            .as("%s as a %s critic", e.getKey(), body)
            .isInstanceOf(ModelFileException.class)
            .hasMessageStartingWith(e.getKey().toString())
            .hasMessageContaining(e.getValue())
            .satisfies(t -> assertThat(String.valueOf(t.getMessage()).lines().count()).isOne());
      }
    }
  }

  /** The reward model, its weights read as those of two heads for four. */
  private static Path withOtherHeads() throws IOException {
    Path to = Files.createDirectories(dir.resolve("other-heads"));
    Files.copy(reward.resolve("model.safetensors"), to.resolve("model.safetensors"));
    ObjectNode config =
        (ObjectNode) new ObjectMapper().readTree(reward.resolve("config.json").toFile());
    config.put("num_attention_heads", 2).put("num_key_value_heads", 2).remove("head_dim");
    Files.writeString(to.resolve("config.json"), config.toString());
    return to;
  }

  /** A fresh adapter is left out of the reference, which therefore is the model of the start. */
  @ParameterizedTest
  @ValueSource(strings = {"tensorflow", "onnxruntime"})
  void anAdaptersPolicyIsHeldAgainstItsBase(String backend) throws IOException {
    TrainingReport report =
        LetterTask.train(
            run("adapter-" + backend, backend)
                .set("model.adapter.rank", 4)
                .set("model.adapter.targets", "all-linear")
                .set("optimizer.learningRate", 2e-2)
                .build());
    List<Double> kl = Metrics.of(report.directory().metrics()).evaluations("kl");
    assertThat(kl.get(0)).as("nothing learnt yet").isZero();
    assertThat(kl.get(2)).isNotZero();
    Path finished = report.directory().finalModel();
    assertThat(finished.resolve("adapter_model.safetensors")).exists();
    assertThat(finished.resolve("model.safetensors")).doesNotExist();
    assertThat(tensors(finished.resolve("adapter_model.safetensors")).keySet())
        .isNotEmpty()
        .allMatch(name -> name.contains("lora_"));
    Map<String, float[]> first = kept(report, 1);
    Map<String, float[]> last = kept(report, 3);
    String head =
        first.keySet().stream().filter(n -> n.contains("v_head")).findFirst().orElseThrow();
    assertThat(last.get(head)).as("the critic learns").isNotEqualTo(first.get(head));
  }

  private static Map<String, float[]> kept(TrainingReport report, int step) {
    return tensors(checkpoint(report, step).resolve("adapter_model.safetensors"));
  }

  @Test
  void aReferenceMayBeAnyModelOrNone() throws IOException {
    Path other = dir.resolve("other-llama");
    Fettle.initModel(
        new NewModel(
            NewModel.Family.LLAMA,
            new NewModel.Sizes(1, 32, 4, 4, 64, 32, true),
            new NewModel.TrainedTokens(List.of(dir.resolve("text.txt")), 270, List.of()),
            99),
        other);
    TrainingReport against =
        LetterTask.train(
            run("against", "onnxruntime").set("algorithm.reference", other.toString()).build());
    assertThat(Metrics.of(against.directory().metrics()).evaluations("kl").get(0)).isNotZero();
    TrainingReport none =
        LetterTask.train(
            run("none", "onnxruntime")
                .set("algorithm.reference", "none")
                .set("algorithm.kl.coefficient", 0)
                .set("algorithm.kl.measured", false)
                .build());
    assertThat(Metrics.of(none.directory().metrics()).evaluations("kl")).isEmpty();
    assertThat(RlTask.rollout(none, 1).get(0).has("kl")).isFalse();
    assertThat(none.loss()).isFinite();
  }
}
