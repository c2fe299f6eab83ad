package dev.fettle.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fettle.data.read.DataException;
import dev.fettle.files.Directories;
import dev.fettle.harness.config.Recipe;
import dev.fettle.harness.recipe.RecipeReport;
import dev.fettle.harness.recipe.StageException;
import dev.fettle.harness.recipe.StageReport.Outcome;
import dev.fettle.harness.run.RunOptions;
import dev.fettle.harness.run.RunPlan;
import dev.fettle.settings.ConfigException;
import dev.fettle.train.StepEvent;
import dev.fettle.train.TrainingListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Fine-tuning, a reward model of it, and rejection sampling with both, as one recipe. */
class RecipeTest {
  private static final String[] STAGES = {"sft", "reward", "sampled"};

  @TempDir private Path dir;

  private Tiny tiny = new Tiny(Path.of(""));

  @BeforeEach
  void makeModelAndRows() {
    tiny = Tiny.in(dir);
    makePairs();
  }

  private void makePairs() {
    tiny.write(
        "pairs.jsonl",
        IntStream.range(0, 8)
            .mapToObj(
                i ->
                    "{\"prompt\": \"What is %d?\", \"chosen\": \" It is %d.\", \"rejected\": \" No.\"}\n"
                        .formatted(i, i))
            .collect(Collectors.joining()));
  }

  private Recipe.Builder recipe(String name) {
    return Recipe.builder()
        .set("run.name", name)
        .set("run.out", dir.resolve("runs"))
        .set("run.seed", 3)
        .set("backend.id", "reference")
        .set("backend.threads", 1)
        .set("data.maxLength", 48)
        .set("optimizer.learningRate", 1e-2)
        .set("train.batchSize", 2)
        .set("train.microBatchSize", 1)
        .set("train.checkpointEvery", 1)
        .set("train.steps", 3)
        .set("stages.sft.model.path", tiny.model())
        .set("stages.sft.data.train", tiny.rows())
        .set("stages.reward.model.path", "stage:sft")
        .set("stages.reward.algorithm.type", "reward")
        .set("stages.reward.data.train", dir.resolve("pairs.jsonl"))
        .set("stages.sampled.model.path", "stage:sft")
        .set("stages.sampled.algorithm.type", "rejection-sampling")
        .set("stages.sampled.algorithm.reward", "stage:reward")
        .set("stages.sampled.algorithm.rounds", 1)
        .set("stages.sampled.algorithm.samplesPerPrompt", 2)
        .set("stages.sampled.algorithm.maxNewTokens", 3)
        .set("stages.sampled.algorithm.keepTruncated", true)
        .set("stages.sampled.data.train", tiny.rows());
  }

  private static RecipeReport resume(Recipe recipe) {
    try (FettleRecipe fettle = FettleRecipe.open(recipe, RunOptions.quiet())) {
      return fettle.resume();
    }
  }

  private static RecipeReport train(Recipe recipe) {
    try (FettleRecipe fettle = FettleRecipe.open(recipe, RunOptions.quiet())) {
      return fettle.train();
    }
  }

  private static RecipeReport stage(Recipe recipe, String name) {
    try (FettleRecipe fettle = FettleRecipe.open(recipe, RunOptions.quiet())) {
      return fettle.resume(name);
    }
  }

  /** Trains until so many steps of all stages are taken. */
  private static RecipeReport stoppedAfter(Recipe recipe, int steps) {
    AtomicInteger taken = new AtomicInteger();
    RunOptions options =
        RunOptions.quiet()
            .stoppingWhen(() -> taken.get() >= steps)
            .toldTo(
                new TrainingListener() {
                  @Override
                  public void onStep(StepEvent step) {
                    taken.incrementAndGet();
                  }
                });
    try (FettleRecipe fettle = FettleRecipe.open(recipe, options)) {
      return fettle.resume();
    }
  }

  private Path weights(String recipe, String stage) {
    return dir.resolve("runs").resolve(recipe).resolve(stage).resolve("final/model.safetensors");
  }

  private void delete(String recipe, String stage) throws IOException {
    Directories.delete(dir.resolve("runs").resolve(recipe).resolve(stage));
  }

  @Test
  void everyStageIsMadeFromThoseBefore() throws IOException {
    RecipeReport report = train(recipe("whole").build());
    assertThat(report.finished()).isTrue();
    assertThat(report.stopped()).isFalse();
    assertThat(report.stages()).extracting(s -> s.name()).containsExactly(STAGES);
    assertThat(report.stages()).allMatch(s -> s.outcome() == Outcome.FINISHED && s.step() == 3);
    assertThat(report.stages()).allMatch(s -> Double.isFinite(s.loss()) && s.seconds() > 0);
    for (String name : STAGES) {
      assertThat(report.stage(name).model()).contains(weights("whole", name).getParent());
      assertThat(weights("whole", name)).isRegularFile();
    }
    Path sft = dir.resolve("runs/whole/sft/final");
    assertThat(Files.readString(dir.resolve("runs/whole/reward/config.yaml"))).contains("" + sft);
    assertThat(dir.resolve("runs/whole/sampled/rounds/1/samples.jsonl")).isRegularFile();
  }

  @Test
  void aFinishedRecipeIsPassedOver() throws IOException {
    Recipe recipe = recipe("again").build();
    train(recipe);
    byte[] before = Files.readAllBytes(dir.resolve("runs/again/sampled/metrics.jsonl"));
    RecipeReport report = resume(recipe);
    assertThat(report.finished()).isTrue();
    assertThat(report.stages()).allMatch(s -> s.outcome() == Outcome.FINISHED_BEFORE);
    assertThat(report.stages()).allMatch(s -> s.step() == 3 && Double.isFinite(s.loss()));
    assertThat(report.stages()).as("nothing was opened").allMatch(s -> s.training().isEmpty());
    assertThat(dir.resolve("runs/again/sampled/metrics.jsonl")).hasBinaryContent(before);
    assertThatThrownBy(() -> train(recipe))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(
            "runs/again holds stages already (sft, reward, sampled); call resume()");
  }

  /** Stopped after each of its nine steps, it ends with the same bytes. */
  @Test
  void aStoppedRecipeGoesOnToTheSameEnd() throws IOException {
    train(recipe("straight").build());
    Recipe recipe = recipe("stopped").build();
    RecipeReport report = stoppedAfter(recipe, 1);
    assertThat(report.stopped()).isTrue();
    assertThat(report.stage("sft").outcome()).isEqualTo(Outcome.STOPPED);
    assertThat(report.stage("reward").outcome()).isEqualTo(Outcome.NOT_BEGUN);
    assertThat(report.stage("sft").model().orElseThrow()).isDirectory();
    int stops = 1;
    while (!report.finished()) {
      assertThat(++stops).isLessThan(20);
      report = stoppedAfter(recipe, 1);
    }
    assertThat(stops).isGreaterThan(4);
    for (String name : STAGES) {
      assertThat(Files.mismatch(weights("straight", name), weights("stopped", name)))
          .as(name)
          .isEqualTo(-1);
    }
  }

  /** The stop is between two stages: the second has not begun, and nothing is lost. */
  @Test
  void aStopBetweenStagesIsOne() {
    Recipe recipe = recipe("between").build();
    RecipeReport report = stoppedAfter(recipe, 3);
    assertThat(report.stopped()).isTrue();
    assertThat(report.stage("sft").outcome()).isEqualTo(Outcome.FINISHED);
    assertThat(report.stage("reward").outcome()).isEqualTo(Outcome.NOT_BEGUN);
    assertThat(resume(recipe).finished()).isTrue();
  }

  /** What was made from a model that has been trained anew is never taken for finished. */
  @Test
  void aStageTrainedAnewOutdatesLaterOnes() throws IOException {
    train(recipe("anew").build());
    delete("anew", "sft");
    Recipe other = recipe("anew").set("stages.sft.optimizer.learningRate", 2e-2).build();
    String[] words = {
      "stage reward was made from a model of sft that is no longer the one there is",
      "stage sampled was made from a model of sft and reward",
      "delete or rename " + dir.resolve("runs/anew/reward") + " " + dir.resolve("runs/anew/sampled")
    };
    assertThatThrownBy(() -> resume(other))
        .isInstanceOf(ConfigException.class)
        .hasMessageContainingAll(words);
    assertThat(dir.resolve("runs/anew/sft")).doesNotExist();
    RecipeReport alone = stage(other, "sft");
    assertThat(alone.stage("sft").outcome()).isEqualTo(Outcome.FINISHED);
    assertThat(alone.stage("reward").outcome()).isEqualTo(Outcome.OUTDATED);
    assertThat(alone.warnings()).anyMatch(w -> w.contains("stage reward was made from a model"));
    assertThatThrownBy(() -> resume(other)).hasMessageContainingAll(words);
    assertThatThrownBy(() -> stage(other, "sampled"))
        .hasMessageContaining("stages.reward: stage reward was made from a model of sft");
    delete("anew", "reward");
    assertThatThrownBy(() -> resume(other)).hasMessageContaining("stage sampled was made from");
    delete("anew", "sampled");
    RecipeReport report = resume(other);
    assertThat(report.stage("sft").outcome()).isEqualTo(Outcome.FINISHED_BEFORE);
    assertThat(report.stage("reward").outcome()).isEqualTo(Outcome.FINISHED);
    assertThat(report.finished()).isTrue();
  }

  /** The same training gives the same model, of which the later stages are made. */
  @Test
  void theSameModelOutdatesNothing() throws IOException {
    Recipe recipe = recipe("same").build();
    train(recipe);
    delete("same", "sft");
    assertThat(stage(recipe, "sft").warnings()).isEmpty();
    assertThat(resume(recipe).finished()).isTrue();
  }

  @Test
  void aStageThatIsGivenMoreStepsOutdatesLaterOnes() {
    train(recipe("more").build());
    Recipe longer = recipe("more").set("stages.sft.train.steps", 4).build();
    assertThatThrownBy(() -> resume(longer))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("stage reward was made from a model of sft");
    assertThat(weights("more", "sft")).isRegularFile();
  }

  @Test
  void otherSettingsOfAFinishedStageAreTold() {
    train(recipe("told").build());
    RecipeReport report = resume(recipe("told").set("stages.sft.train.keep", 9).build());
    assertThat(report.finished()).isTrue();
    assertThat(report.warnings())
        .anyMatch(w -> w.contains("stage sft is finished") && w.contains("train.keep 3 -> 9"));
  }

  @Test
  void whatIsNotKnownToBeOfThisModelIsNotTaken() throws IOException {
    train(recipe("lost").build());
    Files.delete(dir.resolve("runs/lost/recipe.json"));
    assertThatThrownBy(() -> resume(recipe("lost").build()))
        .hasMessageContaining("stage reward was made from a model of sft that is no longer");
    Files.writeString(dir.resolve("runs/lost/recipe.json"), "{\"format\": 1, \"stag");
    assertThatThrownBy(() -> resume(recipe("lost").build()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("recipe.json is damaged");
  }

  @Test
  void oneStageNeedsThoseItRefersTo() {
    Recipe recipe = recipe("single").build();
    assertThatThrownBy(() -> stage(recipe, "sampled"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(
            "stages.sampled: needs the model of stage 'sft', which is not trained");
    assertThatThrownBy(() -> stage(recipe, "sampeld"))
        .hasMessageContaining("there is no stage 'sampeld'; did you mean 'sampled'?");
    RecipeReport sft = stage(recipe, "sft");
    assertThat(sft.stage("sft").outcome()).isEqualTo(Outcome.FINISHED);
    assertThat(sft.stage("reward").outcome()).isEqualTo(Outcome.NOT_BEGUN);
    assertThat(sft.finished()).isFalse();
    assertThat(sft.stopped()).isFalse();
    stage(recipe, "reward");
    try (FettleRecipe fettle = FettleRecipe.open(recipe, RunOptions.quiet())) {
      assertThatThrownBy(() -> fettle.train("reward"))
          .hasMessageContaining("stages.reward: ")
          .hasMessageContaining("holds this stage already; call resume()");
    }
    assertThat(stage(recipe, "sampled").finished()).isTrue();
    assertThat(stage(recipe, "reward").stage("reward").outcome())
        .isEqualTo(Outcome.FINISHED_BEFORE);
  }

  @Test
  void aFailureNamesItsStage() throws IOException {
    tiny.write("pairs.jsonl", "{\"prompt\": \"a\", \"chosen\": \" b\"}\n");
    assertThatThrownBy(() -> train(recipe("failing").build()))
        .isInstanceOf(StageException.class)
        .hasMessageStartingWith("stage reward: ")
        .hasCauseInstanceOf(DataException.class);
    assertThat(weights("failing", "sft")).isRegularFile();
    makePairs();
    assertThat(resume(recipe("failing").build()).finished()).isTrue();
  }

  /** A name that the application does not know is found before the first stage begins. */
  @Test
  void lastStagesAreCheckedFirst() {
    assertThatThrownBy(
            () -> train(recipe("a").set("stages.sampled.algorithm.reward", "exact-mach").build()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("stages.sampled.algorithm.reward: no reward function 'exact-mach'");
    assertThatThrownBy(
            () -> train(recipe("a").set("stages.sampled.backend.id", "refernce").build()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("stages.sampled.backend.id");
    assertThat(dir.resolve("runs/a")).doesNotExist();
  }

  @Test
  void aRunIsNoRecipe() {
    Tiny other = tiny;
    try (Fettle fettle = Fettle.open(other.config("taken").build(), RunOptions.quiet())) {
      fettle.train();
    }
    assertThatThrownBy(() -> resume(recipe("taken").build()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("runs/taken holds a run of its own, no stages");
  }

  @Test
  void aPlanIsMadeOfWhatIsThere() {
    Recipe recipe = recipe("planned").build();
    try (FettleRecipe fettle = FettleRecipe.open(recipe, RunOptions.quiet())) {
      assertThat(fettle.plan("sft").map(RunPlan::steps).map(RunPlan.Steps::total)).contains(3L);
      assertThat(fettle.plan("reward")).isEqualTo(Optional.empty());
      fettle.train("sft");
      assertThat(fettle.plan("reward").map(RunPlan::steps).map(RunPlan.Steps::total)).contains(3L);
    }
    FettleRecipe closed = FettleRecipe.open(recipe, RunOptions.quiet());
    closed.close();
    assertThatThrownBy(closed::resume).isInstanceOf(IllegalStateException.class);
  }
}
