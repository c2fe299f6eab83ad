package dev.fettle.harness.config;

import static dev.fettle.harness.config.GoodConfig.GOOD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.fettle.algorithm.sft.SftSettings;
import dev.fettle.data.encode.LossOn;
import dev.fettle.data.pack.Packing;
import dev.fettle.ir.op.Linalg.Precision;
import dev.fettle.settings.ConfigException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigReaderTest {
  @TempDir private Path dir;

  private GoodConfig good = new GoodConfig(Path.of(""));

  @BeforeEach
  void makeWhatIsNamed() throws IOException {
    good = GoodConfig.in(dir);
  }

  private Path write(String text) {
    return good.write(text);
  }

  private Path write(String name, String text) {
    return good.write(name, text);
  }

  private List<String> problems(String text, String... overrides) {
    return good.problems(text, overrides);
  }

  @Test
  void readsEverySection() {
    RunConfig c = ConfigReader.read(write(GOOD));
    assertThat(c.run()).isEqualTo(new RunSettings("first", 17, dir.resolve("runs")));
    assertThat(c.backend().id()).contains("reference");
    assertThat(c.model().directory()).isEqualTo(dir.resolve("my-model"));
    assertThat(c.model().precision()).isEqualTo(Precision.BF16);
    assertThat(c.model().forward().recompute()).isTrue();
    assertThat(c.algorithm()).isEqualTo(new SftSettings(LossOn.ALL));
    assertThat(c.data().packing()).isEqualTo(Packing.NONE);
    assertThat(c.data().columns().names()).containsEntry("text", "story");
    assertThat(c.optimizer().learningRate()).isEqualTo(1e-6);
    assertThat(c.optimizer().rule()).isEqualTo(new OptimizerSettings.AdamW(0.9, 0.95, 1e-8));
    assertThat(c.optimizer().schedule().warmup().steps()).isEqualTo(10);
    assertThat(c.train().steps()).contains(200L);
    assertThat(c.train().checkpointEvery()).isEqualTo(500);
    assertThat(c.track()).containsExactly(Track.CONSOLE, Track.JSONL, Track.TENSORBOARD);
  }

  @Test
  void defaultsFillTheRest() {
    RunConfig c = ConfigReader.read(write("model: {path: my-model}\ndata: {train: rows.jsonl}\n"));
    assertThat(c.run()).isEqualTo(new RunSettings("run", 0, dir.resolve("runs")));
    assertThat(c.train()).isEqualTo(TrainSettings.DEFAULT);
    assertThat(c.optimizer()).isEqualTo(OptimizerSettings.DEFAULT);
    assertThat(c.data()).isEqualTo(DataSettings.of(dir.resolve("rows.jsonl")));
  }

  @Test
  void whatIsWrittenReadsAsTheSame() {
    RunConfig c = ConfigReader.read(write(GOOD));
    assertThat(ConfigReader.read(write("again.yaml", ConfigWriter.yaml(c)))).isEqualTo(c);
    assertThat(c.toBuilder().build()).isEqualTo(c);
    RunConfig sgd =
        c.toBuilder()
            .unset("optimizer.betas")
            .unset("optimizer.epsilon")
            .unset("train.steps")
            .set("train.epochs", 2.5)
            .set("optimizer.type", "sgd")
            .set("optimizer.momentum", 0.9)
            .set("data.template.withoutInput", "Q: {instruction}\nA:")
            .build();
    assertThat(ConfigReader.read(write("sgd.yaml", ConfigWriter.yaml(sgd)))).isEqualTo(sgd);
  }

  @Test
  void jsonIsReadToo() {
    Path file =
        write(
            "run.json",
            "{\"model\": {\"path\": \"my-model\"},\n\t\"data\": {\"train\": [\"rows.jsonl\"]}}");
    assertThat(ConfigReader.read(file).data().train())
        .containsExactly(DataSource.of(dir.resolve("rows.jsonl")));
    Path broken = write("broken.json", "{\"model\": {\"path\": \"my-model\"},\n\"data\" 3}");
    ConfigException e =
        catchThrowableOfType(ConfigException.class, () -> ConfigReader.read(broken));
    assertThat(e).hasMessageContaining("broken.json:2").hasMessageContaining("not valid JSON");
  }

  @Test
  void aMisspeltKeyIsSuggested() {
    assertThat(problems(GOOD.replace("learningRate", "learningrat")))
        .containsExactly(
            "run.yaml:13: optimizer.learningrat: unknown key; did you mean 'learningRate'?");
    assertThat(problems(GOOD.replace("batchSize: 32", "batch_size: 32")))
        .contains("run.yaml:16: train.batch_size: unknown key; did you mean 'batchSize'?");
  }

  @Test
  void aKeyInTheWrongSectionIsFound() {
    assertThat(problems(GOOD.replace("seed: 17", "seed: 17, maxLength: 3")))
        .containsExactly(
            "run.yaml:1: run.maxLength: unknown key here; did you mean 'data.maxLength'?");
    assertThat(problems(GOOD + "learningRate: 3\n"))
        .containsExactly(
            "run.yaml:18: learningRate: unknown key here; did you mean 'optimizer.learningRate'?");
  }

  @Test
  void aKeyLikeNoOtherListsThoseThereAre() {
    assertThat(problems(GOOD.replace("lossOn: all", "flavour: sweet")))
        .containsExactly("run.yaml:4: algorithm.flavour: unknown key; algorithm has lossOn, type");
  }

  @Test
  void settingsOfAnotherTypeAreUnknown() {
    assertThat(problems(GOOD.replace("type: adamw", "type: sgd")).get(0))
        .startsWith("run.yaml:14: optimizer.betas: unknown key");
  }

  @Test
  void aWrongTypeSaysWhatWasExpectedAndGot() {
    assertThat(problems(GOOD.replace("steps: 200", "steps: many")))
        .containsExactly(
            "run.yaml:16: train.steps: expected a whole number, 1 or more, got 'many'");
    assertThat(problems(GOOD.replace("steps: 200", "steps: 2.5")))
        .containsExactly("run.yaml:16: train.steps: expected a whole number, 1 or more, got 2.5");
    assertThat(problems(GOOD.replace("packing: false", "packing: maybe")))
        .containsExactly(
            "run.yaml:10: data.packing: expected one of none, bfd, bfd_split, wrapped, true, false,"
                + " got 'maybe'");
    assertThat(problems(GOOD.replace("type: cosine", "type: cosin")).get(0))
        .startsWith("run.yaml:15: optimizer.schedule.type: expected one of linear, cosine, ")
        .endsWith("got 'cosin'; did you mean 'cosine'?");
    assertThat(
            problems(
                GOOD.replace(
                    "backend: { id: reference, device: cpu, threads: 2 }", "backend: reference")))
        .containsExactly("run.yaml:2: backend: expected a section with keys, got 'reference'");
    assertThat(problems(GOOD.replace("betas: [0.9, 0.95]", "betas: [0.9]")))
        .containsExactly(
            "run.yaml:14: optimizer.betas: expected a list of 2 numbers, each at least 0 and below"
                + " 1, got a list");
    assertThat(problems(GOOD.replace("maxLength: 64", "maxLength: 64\n  shuffle: often")))
        .containsExactly("run.yaml:10: data.shuffle: expected true or false, got 'often'");
  }

  @Test
  void aNumberOutOfRangeIsAProblem() {
    assertThat(problems(GOOD.replace("learningRate: 1e-6", "learningRate: -1e-6")))
        .containsExactly(
            "run.yaml:13: optimizer.learningRate: is -1e-6; it must be a number, above 0");
    assertThat(problems(GOOD.replace("microBatchSize: 4", "microBatchSize: 64")))
        .containsExactly("run.yaml:16: train.microBatchSize: is 64, more than the batchSize of 32");
  }

  @Test
  void aPathThatDoesNotExistNamesItsNeighbour() {
    assertThat(problems(GOOD.replace("train: rows.jsonl", "train: row.jsonl")))
        .containsExactly("run.yaml:6: data.train: no file row.jsonl; did you mean 'rows.jsonl'?");
    assertThat(problems(GOOD.replace("path: my-model", "path: my-modle")))
        .containsExactly("run.yaml:3: model.path: no directory my-modle; did you mean 'my-model'?");
  }

  @Test
  void whatMustBeThereIsAskedFor() {
    assertThat(problems("run: {name: x}\n"))
        .containsExactly(
            "run.yaml:1: model.path: is missing; give a Hugging Face model directory",
            "run.yaml:1: data.train: is missing; give a file of rows (.jsonl, .jsonl.gz, .json or"
                + " .parquet)");
  }

  @Test
  void oneOfTwoIsKept() {
    assertThat(problems(GOOD.replace("path: my-model", "path: my-model, init: my-model")))
        .containsExactly(
            "run.yaml:3: model.init: is given beside path; keep path for its weights, or init for"
                + " fresh ones");
    assertThat(problems(GOOD.replace("steps: 200", "steps: 200, epochs: 1")))
        .containsExactly("run.yaml:16: train.epochs: is given beside steps; keep one");
    assertThat(problems(GOOD.replace("warmupSteps: 10", "warmupSteps: 10, warmupRatio: 0.1")))
        .containsExactly(
            "run.yaml:15: optimizer.schedule.warmupRatio: is given beside warmupSteps; keep one");
    assertThat(problems(GOOD.replace("type: cosine", "type: constant")))
        .containsExactly(
            "run.yaml:15: optimizer.schedule.type: schedule 'constant' has no warm-up; use"
                + " 'constant_with_warmup'");
    assertThat(problems(GOOD.replace("  eval: [rows.jsonl]\n", "")))
        .containsExactly(
            "run.yaml:15: train.evalEvery: is 50, but neither data.eval nor data.evalFraction says what to evaluate on");
    assertThat(problems(GOOD.replace("train: rows.jsonl", "train: []")))
        .containsExactly(
            "run.yaml:6: data.train: is missing; give a file of rows (.jsonl, .jsonl.gz, .json or"
                + " .parquet)");
    assertThat(problems(GOOD.replace("train: rows.jsonl", "train: my-model")))
        .singleElement()
        .asString()
        .startsWith("run.yaml:6: data.train: my-model has no file of rows (.jsonl, ");
    assertThat(problems(GOOD.replace("train: rows.jsonl", "train: my-model/*.jsonl")))
        .singleElement()
        .asString()
        .startsWith("run.yaml:6: data.train: my-model/*.jsonl matches no file of rows (.jsonl, ");
  }

  @Test
  void allProblemsAreReportedInTheOrderOfTheFile() {
    Path file =
        write(GOOD.replace("steps: 200", "stepz: 200").replace("threads: 2", "threads: two"));
    ConfigException e = catchThrowableOfType(ConfigException.class, () -> ConfigReader.read(file));
    assertThat(String.valueOf(e.getMessage()).replace(dir + "/", ""))
        .isEqualTo(
            """
            2 problems:
              run.yaml:2: backend.threads: expected a whole number, at least 0 and at most 1024, got 'two'
              run.yaml:16: train.stepz: unknown key; did you mean 'steps'?""");
  }

  @Test
  void aKeyGivenTwiceIsAProblem() {
    assertThat(problems(GOOD + "track: [console]\n"))
        .containsExactly("run.yaml:18: track: given twice; the first is at run.yaml:17, keep one");
  }

  @Test
  void brokenYamlNamesTheLine() {
    assertThat(problems("model: {path: my-model\ndata: x\n").get(0))
        .startsWith("run.yaml:2: not valid YAML: ");
    assertThat(problems("- a\n- b\n").get(0))
        .isEqualTo("run.yaml:1: expected sections such as 'model:' and 'data:', got a list");
  }

  @Test
  void overridesGoBeforeTheFile() {
    RunConfig c =
        ConfigReader.read(
            write(GOOD),
            List.of(
                "train.steps=7",
                "optimizer.betas=[0.8, 0.9]",
                "optimizer.schedule=",
                "run.seed=3"));
    assertThat(c.train().steps()).contains(7L);
    assertThat(c.optimizer().rule()).isEqualTo(new OptimizerSettings.AdamW(0.8, 0.9, 1e-8));
    assertThat(c.optimizer().schedule().type()).isEqualTo("linear");
    assertThat(c.run().seed()).isEqualTo(3);
  }

  @Test
  void overridesAreCheckedLikeTheFile() {
    assertThat(problems(GOOD, "train.stepps=7", "backend.threads=many", "nonsense", "run.name.x=1"))
        .containsExactly(
            "--set nonsense: expected key=value, as in --set train.steps=100",
            "--set run.name.x=1: run.name.x: name is 'first', which has no keys",
            "--set backend.threads=many: backend.threads: expected a whole number, at least 0 and at most 1024, got"
                + " 'many'",
            "--set train.stepps=7: train.stepps: unknown key; did you mean 'steps'?");
  }

  @Test
  void aMissingFileNamesItsNeighbour() {
    write(GOOD);
    ConfigException e =
        catchThrowableOfType(
            ConfigException.class, () -> ConfigReader.read(dir.resolve("runn.yaml")));
    assertThat(e).hasMessageContaining("no such file; did you mean 'run.yaml'?");
  }

  @Test
  void settingsMadeInCodeAreChecked() {
    ConfigException e =
        catchThrowableOfType(
            ConfigException.class,
            () ->
                RunConfig.builder()
                    .set("model.path", dir.resolve("my-model"))
                    .set("data.train", dir.resolve("rows.jsonl"))
                    .set("train.steps", 0)
                    .build());
    assertThat(e).hasMessage("RunConfig: train.steps: is 0; it must be a whole number, 1 or more");
  }

  @Test
  void aKeyWithItsSectionIsShownWhereItGoes() {
    assertThat(good.problemWith("train.steps: 3"))
        .isEqualTo("train.steps: unknown key; in a file, write steps below train:");
  }

  @Test
  void aliasesOfYamlAreNotTakenForTexts() {
    assertThat(problems(GOOD.replace("name: first", "name: &n first, seed: *n")))
        .contains("run.yaml:1: run.seed: is *n; aliases are not read, write the value itself");
  }

  @Test
  void nulIsAProblemWhereverItStands() {
    assertThat(
            problems(
                GOOD.replace("name: first", "name: \"a\\0b\"").replace("my-model", "\"m\\0\"")))
        .hasSize(2)
        .anyMatch(p -> p.contains("it must be the plain name of a directory"))
        .contains("run.yaml:3: model.path: cannot be a path: Nul character not allowed");
  }

  @Test
  void aTextIsTakenAsItIsWritten() {
    String text =
        GOOD.replace("name: first", "name: 007").replace("device: cpu", "options: {a: 1e3}");
    RunConfig c = ConfigReader.read(write(text));
    assertThat(c.run().name()).isEqualTo("007");
    assertThat(c.backend().options()).containsEntry("a", "1e3");
  }
}
