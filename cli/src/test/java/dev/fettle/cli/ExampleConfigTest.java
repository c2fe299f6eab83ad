package dev.fettle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The first lines of each file in configs/ are true. */
class ExampleConfigTest {
  private static final Path CONFIGS = Path.of(System.getProperty("fettle.root", ".."), "configs");

  /** Algorithms that hold an answer against the others to its prompt. */
  private static final Set<String> NEEDS_TWO = Set.of("rloo", "grpo");

  @TempDir private Path dir;

  private Path configs;
  private Path model;

  @BeforeEach
  void copyAndMakeTheModel() throws IOException {
    configs = dir.resolve("configs");
    try (Stream<Path> files = Files.walk(CONFIGS)) {
      for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
        Path to = configs.resolve(CONFIGS.relativize(file).toString());
        Files.createDirectories(to.getParent());
        Files.copy(file, to);
      }
    }
    model = configs.resolve("models/tiny");
    String rows = configs.resolve("data/instructions.jsonl").toString();
    Invocation init =
        Invocation.of(
            "init",
            model.toString(),
            "--train-tokenizer=" + rows,
            "--vocab-size=512",
            "--layers=1");
    assertThat(init.err()).isEmpty();
  }

  private Path train(String name, String... more) throws IOException {
    List<String> line =
        new ArrayList<>(
            List.of(
                "train",
                configs.resolve(name + ".yaml").toString(),
                "--set=backend.id=reference",
                "--set=train.steps=2",
                "--set=train.batchSize=2",
                "--set=train.microBatchSize=1",
                "--set=train.evalEvery=1"));
    line.addAll(List.of(more));
    Invocation train = Invocation.of(line.toArray(String[]::new));
    assertThat(train.err()).isEmpty();
    assertThat(train.code()).isZero();
    Path run = dir.resolve("runs/" + name + "-tiny");
    List<String> metrics = Files.readAllLines(run.resolve("metrics.jsonl"));
    assertThat(metrics).hasSize(4).anyMatch(l -> l.contains("\"eval_"));
    return run;
  }

  @Test
  void fineTuningRuns() throws IOException {
    assertThat(train("sft").resolve("final/model.safetensors")).isRegularFile();
  }

  @ParameterizedTest
  @ValueSource(strings = {"dpo", "cpo", "simpo", "orpo", "kto"})
  void preferencesAreOptimised(String algorithm) throws IOException {
    assertThat(train(algorithm).resolve("final/model.safetensors")).isRegularFile();
  }

  @Test
  void aRewardModelIsTrainedAndScores() throws IOException {
    Path run = train("reward");
    Path rows = configs.resolve("data/instructions.jsonl");
    Invocation score =
        Invocation.of(
            "score",
            "--model=" + run.resolve("final"),
            "--backend=reference",
            "--data=" + rows,
            "--out=" + run.resolve("rewards.jsonl"));
    assertThat(score.err()).isEmpty();
    assertThat(score.out()).contains("mean reward");
    assertThat(Files.readAllLines(run.resolve("rewards.jsonl")))
        .hasSameSizeAs(Files.readAllLines(rows))
        .allMatch(line -> line.startsWith("{\"reward\":"));
  }

  /** A round needs a step, and each has its samples. */
  @Test
  void answersAreSampledAndTheBestLearnt() throws IOException {
    Path run = train("rejection-sampling");
    assertThat(run.resolve("final/model.safetensors")).isRegularFile();
    assertThat(Files.readAllLines(run.resolve("rounds/2/samples.jsonl"))).hasSize(4 * 32);
    assertThat(Files.readAllLines(run.resolve("rounds/2/kept.jsonl"))).hasSize(32);
    assertThat(Files.readAllLines(run.resolve("metrics.jsonl")))
        .anyMatch(l -> l.contains("eval_reward"));
  }

  @Test
  void answersAreRankedAndThePairsLearnt() throws IOException {
    Path run = train("slic");
    assertThat(run.resolve("final/model.safetensors")).isRegularFile();
    assertThat(run.resolve("rounds/1/pairs.jsonl")).isNotEmptyFile();
  }

  /** The smallest rollouts, so that each algorithm makes two. */
  @ParameterizedTest
  @CsvSource({"a2c, 2", "reinforce, 2", "rloo, 2", "grpo, 2", "ppo, 1"})
  void rolloutsAreLearnt(String algorithm, int rollouts) throws IOException {
    Path run =
        train(
            algorithm,
            "--set=algorithm.samplesPerPrompt=" + (NEEDS_TWO.contains(algorithm) ? 2 : 1));
    assertThat(run.resolve("final/model.safetensors")).isRegularFile();
    assertThat(run.resolve("final/config.json")).content().contains("ForCausalLM");
    int answers = algorithm.equals("ppo") ? 16 : 2;
    for (int number = 1; number <= rollouts; number++) {
      assertThat(Files.readAllLines(run.resolve("rollouts/00000" + number + ".jsonl")))
          .hasSize(answers)
          .allMatch(l -> l.contains("\"advantage\":") && l.contains("\"kl\":"));
    }
    assertThat(Files.readAllLines(run.resolve("metrics.jsonl")))
        .anyMatch(l -> l.contains("\"eval_reward\":"))
        .anyMatch(l -> l.contains("\"policy_loss\":") && l.contains("\"timing/rollout\":"))
        .noneMatch(l -> l.contains("\"NaN\""));
  }

  @Test
  void anAdapterIsTrainedAndMerged() throws IOException {
    Path run = train("lora");
    Invocation merge =
        Invocation.of(
            "merge",
            "--model=" + model,
            "--adapter=" + run.resolve("final"),
            "--out=" + run.resolve("merged"));
    assertThat(merge.err()).isEmpty();
    assertThat(run.resolve("merged/model.safetensors")).isRegularFile();
  }

  /** A tiny GPT-NeoX model stands for the article's. */
  @Test
  void theArticlesStagesFollowEachOther() throws IOException {
    Path neox = configs.resolve("models/neox");
    String text = configs.resolve("data/instructions.jsonl").toString();
    Invocation init =
        Invocation.of(
            "init",
            neox.toString(),
            "--family=gpt_neox",
            "--layers=1",
            "--embed=32",
            "--heads=2",
            "--train-tokenizer=" + text,
            "--vocab-size=512");
    assertThat(init.err()).isEmpty();
    Invocation train =
        Invocation.of(
            "train",
            configs.resolve("article.yaml").toString(),
            "--set=backend.id=reference",
            "--set=train.steps=2",
            "--set=train.batchSize=2",
            "--set=train.microBatchSize=1");
    assertThat(train.err()).isEmpty();
    assertThat(train.code()).isZero();
    Path recipe = dir.resolve("runs/article-tiny");
    for (String stage : List.of("sft", "reward", "a2c")) {
      assertThat(recipe.resolve(stage).resolve("final/model.safetensors")).isRegularFile();
      assertThat(Files.readString(recipe.resolve(stage).resolve("final/config.json")))
          .contains("gpt_neox");
      assertThat(train.out()).containsPattern(stage + " +" + stage + " +finished +2/2 ");
    }
    assertThat(Files.readString(recipe.resolve("reward/final/config.json"))).contains("mean");
    assertThat(recipe.resolve("a2c/rollouts/000002.jsonl")).isRegularFile();
    assertThat(Files.readAllLines(recipe.resolve("a2c/metrics.jsonl")))
        .anyMatch(line -> line.contains("\"kl\":") && line.contains("\"reward\":"));
    assertThat(recipe.resolve("a2c/audit.html")).content().contains("Distance from the reference");
    Invocation audit = Invocation.of("audit", recipe.resolve("a2c").toString());
    assertThat(audit.err()).isEmpty();
    assertThat(audit.code()).isZero();
    assertThat(audit.out()).contains("steps 1 to 2, looked at after the fact", "kl from ");
  }

  private Invocation feedback(String job, String... more) {
    List<String> line =
        new ArrayList<>(
            List.of(
                "feedback",
                job,
                configs.resolve("feedback-" + job + ".yaml").toString(),
                "--set=backend.id=reference"));
    line.addAll(List.of(more));
    Invocation made = Invocation.of(line.toArray(String[]::new));
    assertThat(made.err()).isEmpty();
    assertThat(made.code()).isZero();
    return made;
  }

  /** What the judge makes is what DPO takes. */
  @Test
  void answersAreLabelledAndThePairsLearnt() throws IOException {
    Invocation label = feedback("label", "--set=limit=4");
    assertThat(label.out()).contains("pairs from 4 rows.", "Every answer is in ");
    Path out = dir.resolve("runs/feedback-label-tiny");
    assertThat(Files.readAllLines(out.resolve("log.jsonl"))).hasSize(4 * 3);
    assertThat(Files.readAllLines(out.resolve("pairs.jsonl"))).hasSize(4);
    assertThat(train("dpo", "--set=data.train=" + out.resolve("pairs.jsonl")))
        .isDirectoryContaining("glob:**/final");
  }

  @Test
  void answersAreSampledAndRevised() throws IOException {
    Invocation revise = feedback("revise", "--set=limit=2");
    assertThat(revise.out()).contains("pairs from 2 rows.");
    Path out = dir.resolve("runs/feedback-revise-tiny");
    assertThat(Files.readAllLines(out.resolve("samples.jsonl"))).hasSize(2);
    assertThat(Files.readAllLines(out.resolve("log.jsonl")))
        .filteredOn(l -> l.contains("\"kind\":\"critique\""))
        .hasSize(4);
    assertThat(out.resolve("pairs.jsonl")).isNotEmptyFile();
    assertThat(out.resolve("sft.jsonl")).isNotEmptyFile();
  }
}
