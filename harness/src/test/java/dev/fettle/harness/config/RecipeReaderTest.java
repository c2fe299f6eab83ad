package dev.fettle.harness.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fettle.algorithm.reward.RewardSettings;
import dev.fettle.algorithm.sft.SftSettings;
import dev.fettle.settings.ConfigException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a recipe may say, and every way in which it may be wrong. */
class RecipeReaderTest {
  private static final String SHARED =
      """
      run: { name: three, seed: 5 }
      optimizer: { learningRate: 1e-3, schedule: { type: linear } }
      train: { epochs: 2, batchSize: 4 }
      data: { maxLength: 64 }
      """;

  private static final String STAGES =
      """
      stages:
        sft:
          model: { path: base }
          data: { train: rows.jsonl }
        reward:
          model: { path: "stage:sft" }
          algorithm: { type: reward }
          data: { train: rows.jsonl, maxLength: 32 }
          train: { steps: 7 }
        sampled:
          model: { path: "stage:sft" }
          algorithm: { type: rejection-sampling, reward: [{ path: "stage:reward" }, length] }
          data: { train: rows.jsonl }
      """
          .replace("path: \"stage:reward\"", "model: \"stage:reward\"");

  @TempDir private Path dir;

  @BeforeEach
  void makeWhatIsNamed() throws IOException {
    Files.createDirectories(dir.resolve("base"));
    Files.writeString(dir.resolve("rows.jsonl"), "{}\n");
  }

  private Path write(String text) {
    try {
      return Files.writeString(dir.resolve("recipe.yaml"), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Recipe read(String text, String... overrides) {
    return RecipeReader.read(write(text), List.of(overrides));
  }

  /** Every problem of a recipe, places without the directory. */
  private AbstractThrowableAssert<?, ? extends Throwable> wrong(String text, String... overrides) {
    return assertThatThrownBy(
            () -> {
              try {
                read(text, overrides);
              } catch (ConfigException e) {
                throw new AssertionError(
                    e.problems().stream()
                        .map(p -> p.toString().replace(dir + "/", ""))
                        .collect(Collectors.joining("\n")));
              }
            })
        .isInstanceOf(AssertionError.class);
  }

  private AbstractThrowableAssert<?, ? extends Throwable> stage(String yaml) {
    return wrong(SHARED + STAGES + yaml.indent(2));
  }

  @Test
  void stagesShareWhatStandsBesideThem() {
    Recipe recipe = read(SHARED + STAGES);
    assertThat(recipe.name()).isEqualTo("three");
    assertThat(recipe.stages()).containsExactly("sft", "reward", "sampled");
    assertThat(recipe.directory()).isEqualTo(dir.resolve("runs/three"));
    RunConfig sft = recipe.config("sft");
    RunConfig reward = recipe.config("reward");
    assertThat(sft.run().directory()).isEqualTo(dir.resolve("runs/three/sft"));
    assertThat(sft.run().seed()).isEqualTo(5);
    assertThat(sft.algorithm()).isInstanceOf(SftSettings.class);
    assertThat(sft.data().maxLength()).contains(64);
    assertThat(sft.train().epochs()).isEqualTo(2);
    assertThat(reward.algorithm()).isInstanceOf(RewardSettings.class);
    assertThat(reward.data().maxLength()).contains(32);
    assertThat(reward.train().steps()).as("in place of the epochs of all").contains(7L);
    assertThat(reward.train().batchSize()).isEqualTo(4);
    assertThat(reward.optimizer()).isEqualTo(sft.optimizer());
    assertThat(reward.model().path()).contains(dir.resolve("runs/three/sft/final"));
    assertThat(recipe.needs("sft")).isEmpty();
    assertThat(recipe.needs("sampled")).containsExactly("sft", "reward");
    assertThat(ConfigWriter.yaml(recipe.config("sampled")))
        .contains("model: " + dir.resolve("runs/three/reward/final"));
  }

  @Test
  void theFilesNameIsTheRecipesWhereItHasNone() {
    assertThat(read(STAGES).name()).isEqualTo("recipe");
  }

  @Test
  void whatEarlierStagesMakeMustBeThereAtLast() throws IOException {
    Recipe recipe = read(SHARED + STAGES);
    assertThatThrownBy(() -> recipe.settled("reward"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("recipe.yaml:10: stages.reward.model.path: is 'stage:sft', but there")
        .hasMessageContaining("finish stage 'sft'");
    Files.createDirectories(dir.resolve("runs/three/sft/final"));
    assertThat(recipe.settled("reward")).isEqualTo(recipe.config("reward"));
  }

  @Test
  void filesOfAnEarlierStageAreRows() throws IOException {
    String more =
        """
        learnt:
          model: { path: base }
          data: { train: "stage:sampled/rounds/*/kept.jsonl", eval: "stage:sampled/rounds/1/kept.jsonl" }
        """;
    Recipe recipe = read(SHARED + STAGES + more.indent(2));
    assertThat(recipe.needs("learnt")).containsExactly("sampled");
    assertThat(recipe.config("learnt").data().train().get(0).path())
        .isEqualTo(dir.resolve("runs/three/sampled/rounds/*/kept.jsonl"));
    assertThatThrownBy(() -> recipe.settled("learnt")).hasMessageContaining("stages.learnt.data.");
    Path kept = dir.resolve("runs/three/sampled/rounds/1/kept.jsonl");
    Files.createDirectories(kept.getParent());
    Files.writeString(kept, "{}\n");
    assertThat(recipe.settled("learnt").data().evaluates()).isTrue();
  }

  @Test
  void anOverrideIsOfOneStageOrOfAll() {
    Recipe recipe =
        read(
            SHARED + STAGES,
            "stages.sft.train.steps=10",
            "train.batchSize=3",
            "run.name=other",
            "optimizer.schedule.type=cosine",
            "stages.reward.optimizer.learningRate=5",
            "stages.sampled.train.epochs=3");
    assertThat(recipe.directory()).isEqualTo(dir.resolve("runs/other"));
    assertThat(recipe.config("sft").train().steps()).contains(10L);
    assertThat(recipe.config("reward").train().steps()).contains(7L);
    assertThat(recipe.config("sampled").train().epochs()).isEqualTo(3);
    for (String name : recipe.stages()) {
      assertThat(recipe.config(name).train().batchSize()).isEqualTo(3);
      assertThat(recipe.config(name).optimizer().schedule().type()).isEqualTo("cosine");
    }
    assertThat(recipe.config("sft").optimizer().learningRate()).isEqualTo(1e-3);
    assertThat(recipe.config("reward").optimizer().learningRate()).isEqualTo(5);
    // What all are told on the command line goes before what the file says of one.
    assertThat(read(SHARED + STAGES, "train.steps=2").config("reward").train().steps())
        .contains(2L);
  }

  @Test
  void whatGoesWithAnotherTypeIsLeftOut() {
    String shared =
        "algorithm: { type: sft, lossOn: all }\noptimizer: { learningRate: 3, epsilon: 1 }\n";
    Recipe recipe =
        read(
            shared
                + STAGES.replace(
                    "algorithm: { type: reward }",
                    "algorithm: { type: reward }\n    optimizer: { type: sgd }"));
    assertThat(recipe.config("reward").algorithm()).isInstanceOf(RewardSettings.class);
    assertThat(recipe.config("reward").optimizer().learningRate()).isEqualTo(3);
    assertThat(ConfigWriter.values(recipe.config("reward"))).doesNotContainKey("optimizer.epsilon");
    assertThat(ConfigWriter.values(recipe.config("sft"))).containsEntry("optimizer.epsilon", 1.0);
  }

  @Test
  void nothingTakesAKeyBack() {
    Recipe recipe =
        read(
            SHARED
                + STAGES
                    .replace(
                        "    train: { steps: 7 }", "    train: { batchSize: }\n    data: " + "\n")
                    .replace("data: { train: rows.jsonl, maxLength: 32 }", "tokenizer:"),
            "stages.reward.data.train=rows.jsonl");
    assertThat(recipe.config("reward").train().batchSize())
        .isEqualTo(TrainSettings.DEFAULT.batchSize());
    assertThat(recipe.config("reward").data().maxLength())
        .as("a section that says nothing")
        .contains(64);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "stage:stf     | stages.x.model.path: is 'stage:stf', but there is no stage 'stf'; did you mean 'sft'?",
        "stage:qqqqq   | there is no stage 'qqqqq'; there is sft, reward, sampled, x, y",
        "stage:        | but there is no stage ''",
        "stage:x       | stages.x.model.path: is 'stage:x', which is this stage itself",
        "stage:y       | is 'stage:y', which comes after 'x'; stages run in the order of the file",
        "stage:sft/../../../base | which leads out of the stage's directory",
        "stage:reward  | is of stage 'reward', which trains a reward model",
      })
  void aReferenceThatCannotBe(String reference, String message) {
    stage(
            """
            x:
              model: { path: "%s" }
              data: { train: rows.jsonl }
            y:
              model: { path: base }
              data: { train: rows.jsonl }
            """
                .formatted(reference))
        .hasMessageStartingWith("recipe.yaml:19: ")
        .hasMessageContaining(message);
  }

  @Test
  void stagesThatWaitForEachOther() {
    stage(
            """
            x: { model: { path: "stage:z" }, data: { train: rows.jsonl } }
            y: { model: { path: "stage:x" }, data: { train: rows.jsonl } }
            z: { model: { path: "stage:y" }, data: { train: rows.jsonl } }
            """)
        .hasMessageContaining("which itself refers to 'x': the two would wait for each other");
  }

  @Test
  void anAdapterIsNoModel() {
    String lora = "lora: { model: { path: base, adapter: {} }, data: { train: rows.jsonl } }\n";
    stage(lora + "x: { model: { path: 'stage:lora' }, data: { train: rows.jsonl } }")
        .hasMessageContaining("stages.x.model.path: is of stage 'lora', which trains an adapter")
        .hasMessageContaining("stage:lora as model.adapter.path");
    stage(
            lora
                + "x: { model: { path: 'stage:lora/checkpoints/step-1' }, data: { train: rows.jsonl } }")
        .hasMessageContaining("which trains an adapter");
    stage(
            lora
                + "x: { model: { path: base }, data: { train: rows.jsonl },"
                + " algorithm: { type: dpo, reference: 'stage:lora' } }")
        .hasMessageContaining("stages.x.algorithm.reference: is of stage 'lora', which trains an")
        .hasMessageContaining("merge it first");
    stage(
            "x: { model: { path: base, adapter: { path: 'stage:sft' } }, data: { train: rows.jsonl } }")
        .hasMessageContaining("stages.x.model.adapter.path: is of stage 'sft', which trains whole");
    String fits =
        "x: { model: { path: base, adapter: { path: 'stage:lora' } }, data: { train: rows.jsonl } }";
    assertThat(read(SHARED + STAGES + (lora + fits).indent(2)).needs("x")).containsExactly("lora");
  }

  @Test
  void aModelThatGivesTextsGivesNoRewards() {
    stage(
            """
            x:
              model: { path: base }
              data: { train: rows.jsonl }
              algorithm: { type: rejection-sampling, reward: "stage:sft" }
            """)
        .hasMessageContaining(
            "recipe.yaml:21: stages.x.algorithm.reward.model: is of stage 'sft', which")
        .hasMessageContaining("trains no reward model: its algorithm is sft");
  }

  @Test
  void aStageStandsOnlyWhereAPathDoes() {
    stage(
            """
            x:
              model: { path: base }
              data: { train: "stage:sft", columns: { prompt: "stage:sft" } }
            """)
        .hasMessageContaining("stages.x.data.train: is 'stage:sft', the stage's model; name");
    stage(
            "x: { model: { path: base }, data: { train: rows.jsonl, columns: { prompt: 'stage:sft' } } }")
        .hasMessageContaining(
            "stages.x.data.columns.prompt: is 'stage:sft', but a stage can stand");
  }

  @Test
  void aKeyInTheWrongPlace() {
    stage("x: { run: { name: y }, model: { path: base }, data: { train: rows.jsonl } }")
        .hasMessageContaining("recipe.yaml:18: stages.x.run.name: a stage has none of its own");
    stage("x: { run: { out: y }, model: { path: base }, data: { train: rows.jsonl } }")
        .hasMessageContaining("stages.x.run.out: a stage has none");
    stage("x: { stages: { y: {} }, model: { path: base }, data: { train: rows.jsonl } }")
        .hasMessageContaining("stages.x.stages: a stage cannot be a recipe of its own");
    stage("x: 5").hasMessageContaining("stages.x: expected the sections of a run");
    stage("'a b': {}").hasMessageContaining("stages.a b: cannot be the name of a stage");
    stage("model: { path: base }").hasMessageContaining("stages.model.path: unknown key");
    wrong("stages: []").hasMessageContaining("recipe.yaml:1: stages: expected stages, as in");
    wrong("stages: {}").hasMessageContaining("stages: expected stages");
    wrong("run: { name: 'a/b' }\n" + STAGES).hasMessageContaining("run.name: is 'a/b'");
    wrong("run: 5\n" + STAGES).hasMessageContaining("run: expected a section");
  }

  @Test
  void twoStagesOfOneName() {
    stage("sft: { model: { path: base }, data: { train: rows.jsonl } }")
        .hasMessageContaining("recipe.yaml:18: stages.sft: given twice; the first is at");
  }

  @Test
  void whatAllShareIsToldOnce() {
    wrong("optimiser: {}\ntrain: { steps: -1 }\n" + STAGES.replace("    train: { steps: 7 }\n", ""))
        .hasMessage(
            "recipe.yaml:1: optimiser: unknown key; did you mean 'optimizer'?\n"
                + "recipe.yaml:2: train.steps: is -1; it must be a whole number, 1 or more");
    wrong(SHARED + STAGES.replace("steps: 7", "setps: 7"))
        .hasMessageContaining("stages.reward.train.setps: unknown key; did you mean 'steps'?");
  }

  /** Whatever is wrong with the third stage is known before the first begins. */
  @Test
  void everyStageIsChecked() {
    wrong(
            SHARED
                + STAGES
                    .replace("rows.jsonl, maxLength: 32", "rwos.jsonl")
                    .replace("type: rejection-sampling", "type: rejection-sampling, rounds: 0"))
        .hasMessageContaining("recipe.yaml:12: stages.reward.data.train: no file rwos.jsonl")
        .hasMessageContaining("recipe.yaml:16: stages.sampled.algorithm.rounds: is 0; it must");
  }

  @Test
  void overridesThatCannotBe() {
    wrong(SHARED + STAGES, "stages.stf.train.steps=1")
        .hasMessageContaining(
            "--set stages.stf.train.steps=1: stages.stf: there is no stage 'stf'");
    wrong(SHARED + STAGES, "stages.sft.run.name=x").hasMessageContaining("stages.sft.run.name: a");
    wrong(SHARED + STAGES, "trian.steps=1")
        .hasMessage("--set trian.steps=1: trian: unknown key; did you mean 'train'?");
    wrong(SHARED + STAGES, "stages.sft.train.stesp=1")
        .hasMessageContaining(
            "--set stages.sft.train.stesp=1: stages.sft.train.stesp: unknown key");
  }

  @Test
  void aRecipeIsNoSingleRun() {
    Path file = write(SHARED + STAGES);
    assertThatThrownBy(() -> ConfigReader.read(file))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("is a recipe of several runs (sft, reward, sampled)");
    assertThat(RecipeReader.isRecipe(file)).isTrue();
    assertThat(RecipeReader.isRecipe(write("model: { path: base }\n"))).isFalse();
  }

  @Test
  void onlyStagesReferToStages() {
    Path file = write("model: { path: 'stage:sft' }\ndata: { train: rows.jsonl }\n");
    assertThatThrownBy(() -> ConfigReader.read(file))
        .hasMessageContaining(
            "recipe.yaml:1: model.path: is 'stage:sft', but only the stages of a");
  }

  @Test
  void oneIsMadeInCode() {
    Recipe recipe =
        Recipe.builder()
            .set("run.out", dir.resolve("out"))
            .set("run.name", "made")
            .set("data.train", dir.resolve("rows.jsonl"))
            .set("stages.sft.model.path", dir.resolve("base"))
            .set("stages.reward.model.path", "stage:sft")
            .set("stages.reward.algorithm.type", "reward")
            .build();
    assertThat(recipe.directory()).isEqualTo(dir.resolve("out/made"));
    assertThat(recipe.needs("reward")).containsExactly("sft");
    assertThatThrownBy(() -> recipe.config("rewrd"))
        .hasMessageContaining("there is no stage 'rewrd'; did you mean 'reward'?");
    assertThatThrownBy(() -> Recipe.builder().set("stages.sft.model.path", "stage:x").build())
        .hasMessageContaining("stages.sft.model.path: is 'stage:x', but there is no stage 'x'")
        .hasMessageContaining("stages.sft.data.train: is missing");
  }
}
