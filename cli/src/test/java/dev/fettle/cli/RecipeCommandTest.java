package dev.fettle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A recipe on the command line. */
class RecipeCommandTest {
  private static final String RECIPE =
      """
      run: { name: two, out: runs }
      backend: { id: reference, threads: 1 }
      data: { maxLength: 32 }
      train: { steps: 2, batchSize: 2, checkpointEvery: 1 }
      optimizer: { learningRate: 1e-3 }
      stages:
        sft:
          model: { path: model }
          data: { train: rows.jsonl, eval: rows.jsonl }
        reward:
          model: { path: "stage:sft" }
          algorithm: { type: reward }
          data: { train: pairs.jsonl }
      """;

  @TempDir private Path dir;

  @BeforeEach
  void make() throws IOException {
    TinyModel.in(dir);
    Files.writeString(dir.resolve("recipe.yaml"), RECIPE);
    Files.writeString(
        dir.resolve("rows.jsonl"),
        "{\"prompt\": \"one and two\", \"completion\": \" three\"}\n".repeat(4));
    Files.writeString(
        dir.resolve("pairs.jsonl"),
        "{\"prompt\": \"one and\", \"chosen\": \" two\", \"rejected\": \" one\"}\n".repeat(4));
  }

  private Invocation run(String command, String... more) {
    List<String> args = new ArrayList<>(List.of(command, dir.resolve("recipe.yaml").toString()));
    args.addAll(Arrays.asList(more));
    return Invocation.of(args.toArray(String[]::new));
  }

  private static void refused(Invocation i, String... parts) {
    assertThat(i.err()).startsWith("fettle: ").contains(parts).doesNotContain("\tat ");
    assertThat(i.err()).doesNotContain("internal error");
    assertThat(i.code()).isEqualTo(2);
  }

  @Test
  void allStagesAreTrainedAndEachHasARow() {
    Invocation i = run("train", "--set", "stages.sft.train.steps=3");
    assertThat(i.err()).isEmpty();
    assertThat(i.code()).isZero();
    assertThat(i.out())
        .contains("Stage 1 of 2, sft: sft", "Stage 2 of 2, reward: reward from sft")
        .containsPattern("stage +algorithm +steps +loss +evaluation +seconds +model")
        .containsPattern(
            "sft +sft +finished +3/3 +[0-9.]+ +eval_loss [0-9.]+ +[0-9.]+ +.*runs/two/sft/final")
        .containsPattern("reward +reward +finished +2/2 .*runs/two/reward/final");
    refused(run("train"), "runs/two holds stages already (sft, reward); add --resume to go on");
    Invocation again = run("train", "--resume", "--set", "stages.sft.train.steps=3");
    assertThat(again.code()).isZero();
    assertThat(again.out())
        .contains("Stage sft is finished already.")
        .containsPattern("sft +sft +finished before +3/3 .* - +.*final");
  }

  @Test
  void oneStageIsTrained() {
    refused(
        run("train", "--stage", "reward"),
        "stages.reward: needs the model of stage 'sft', which is not trained yet");
    refused(run("train", "--stage", "rewrad"), "no stage 'rewrad'; did you mean 'reward'?");
    Invocation sft = run("train", "--stage", "sft");
    assertThat(sft.err()).isEmpty();
    assertThat(sft.code()).isZero();
    assertThat(sft.out()).containsPattern("reward +reward +not begun +- +- +- +- +-");
    assertThat(run("train", "--stage", "reward").code()).isZero();
    assertThat(run("train", "--resume").out()).containsPattern("reward +reward +finished before");
  }

  @Test
  void aDryRunSaysWhatIsKnown() {
    Invocation i = run("train", "--dry-run");
    assertThat(i.err()).isEmpty();
    assertThat(i.code()).isZero();
    assertThat(i.out())
        .contains("stage sft (sft)", "  steps       2, ", "stage reward (reward)")
        .contains("needs the model of sft, which is not there yet; its settings are right")
        .contains("Nothing was trained. Begin with: fettle train ");
    assertThat(dir.resolve("runs/two/reward")).doesNotExist();
    refused(run("train", "--dry-run", "--set", "stages.reward.train.steps=0"), "train.steps");
  }

  @Test
  void theStageOfAFailureIsNamed() throws IOException {
    Files.writeString(dir.resolve("pairs.jsonl"), "{\"prompt\": \"one\", \"chosen\": \" two\"}\n");
    Invocation i = run("train");
    refused(i, "fettle: stage reward: ", "pairs.jsonl");
    assertThat(dir.resolve("runs/two/sft/final/model.safetensors")).isRegularFile();
  }

  @Test
  void whatIsWrongIsToldWithItsLine() throws IOException {
    Files.writeString(dir.resolve("recipe.yaml"), RECIPE.replace("stage:sft", "stage:stf"));
    refused(
        run("train"),
        "recipe.yaml:11: stages.reward.model.path: is 'stage:stf', but there is no stage 'stf'; did"
            + " you mean 'sft'?");
    assertThat(dir.resolve("runs")).doesNotExist();
  }

  @Test
  void rowsAndComparisonAreOfOneStage() {
    for (Invocation i :
        List.of(run("rows"), run("compare", "--backends", "reference,onnxruntime"))) {
      refused(i, "is a recipe of several runs (sft, reward)", "name one of them (--stage");
    }
    Invocation rows = run("rows", "--stage", "sft");
    assertThat(rows.err()).isEmpty();
    assertThat(rows.code()).isZero();
    assertThat(rows.out()).contains("4 of 4 rows");
    refused(
        run("rows", "--stage", "reward"),
        "stages.reward.model.path: is 'stage:sft', but there is no ",
        "finish stage 'sft'");
    refused(run("rows", "--stage", "rewards"), "did you mean 'reward'?");
  }

  @Test
  void aSingleRunHasNoStages() throws IOException {
    Files.writeString(
        dir.resolve("recipe.yaml"), "model: { path: model }\ndata: { train: rows.jsonl }\n");
    for (String command : List.of("train", "rows")) {
      refused(run(command, "--stage", "sft"), "--stage sft: ", "is a single run");
    }
  }
}
