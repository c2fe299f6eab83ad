package dev.fettle.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a new user may get wrong, and what he is told: one message, the right exit code. */
class BadInputTest {
  private static final String CONFIG =
      """
      run: { name: first }
      backend: { id: reference, threads: 1 }
      model: { path: model }
      data: { train: rows.jsonl, maxLength: 48 }
      optimizer: { learningRate: 1e-3 }
      train: { steps: 3, batchSize: 2, checkpointEvery: 1 }
      """;
  private static final String ROW = "{\"prompt\": \"one and two\", \"completion\": \" three\"}\n";

  @TempDir private Path dir;

  @BeforeEach
  void make() throws IOException {
    write("run.yaml", CONFIG);
    write("rows.jsonl", ROW.repeat(4));
    write("text.txt", "one and two is three ".repeat(30));
    assertThat(
            Invocation.of(
                    "init",
                    file("model"),
                    "--family=gpt2",
                    "--layers=1",
                    "--embed=64",
                    "--heads=2",
                    "--positions=64",
                    "--train-tokenizer=" + file("text.txt"),
                    "--vocab-size=280")
                .code())
        .isZero();
  }

  private String file(String name) {
    return dir.resolve(name).toString();
  }

  private void write(String name, String text) throws IOException {
    Files.writeString(dir.resolve(name), text);
  }

  private Invocation train(String... more) {
    List<String> args = new ArrayList<>(List.of("train", file("run.yaml")));
    args.addAll(List.of(more));
    return Invocation.of(args.toArray(String[]::new));
  }

  /**
   * One message without a stack trace, and no trace of a run; rows that are tokenised already need
   * not be again.
   */
  private void refused(Invocation i, String... parts) {
    assertThat(i.err()).startsWith("fettle: ").contains(parts).doesNotContain("\tat ");
    assertThat(i.code()).isEqualTo(2);
    Path run = dir.resolve("runs/first");
    if (Files.exists(run)) {
      assertThat(run).isDirectoryNotContaining(entry -> !entry.endsWith("cache"));
    }
  }

  @Test
  void aGoodRunSaysWhereItsModelIs() {
    Invocation i = train();
    assertThat(i.err()).isEmpty();
    assertThat(i.code()).isZero();
    assertThat(i.out()).contains("step 3/3", "Trained 3 steps", "runs/first/final");
    assertThat(train("--resume").out()).contains("finished already: 3 of 3 steps");
    Invocation again = train();
    assertThat(again.code()).isEqualTo(2);
    assertThat(again.err()).contains("holds a run already; add --resume to go on with it");
  }

  @Test
  void aDryRunSaysWhatWouldBeDone() {
    Invocation i = train("--dry-run", "--set", "train.steps=5");
    assertThat(i.err()).isEmpty();
    assertThat(i.code()).isZero();
    assertThat(i.out())
        .contains("train rows  4 of 4 rows", "steps       5, ", "gpt2, 71,616 parameters")
        .contains("activations come on top", "a checkpoint, 4 of them at most at a time")
        .contains("Nothing was trained. Begin with: fettle train ", "--set 'train.steps=5'");
    assertThat(dir.resolve("runs/first/config.yaml")).doesNotExist();
    refused(train("--dry-run", "--set", "data.maxLength=100000"), "data.maxLength");
    assertThat(train().code()).isZero();
  }

  @Test
  void aConfigThatIsNotThere() {
    Invocation i = Invocation.of("train", file("rum.yaml"));
    refused(i, "rum.yaml: no such file; did you mean 'run.yaml'?");
  }

  @Test
  void aDataPathThatIsNotThere() throws IOException {
    write("run.yaml", CONFIG.replace("rows.jsonl", "row.jsonl"));
    refused(train(), "run.yaml:4: data.train: no file ", "did you mean 'rows.jsonl'?");
  }

  @Test
  void aModelThatIsNotThere() throws IOException {
    write("run.yaml", CONFIG.replace("path: model", "path: modle"));
    refused(train(), "run.yaml:3: model.path: no directory ", "did you mean 'model'?");
    refused(
        Invocation.of("generate", "--model", file("modle"), "--prompt", "x"),
        "modle: no such directory");
    Path old = Files.createDirectory(dir.resolve("step-000005"));
    Files.writeString(old.resolve("trainer.json"), "{}");
    refused(
        Invocation.of("generate", "--model", old.toString(), "--prompt", "x"),
        "step-000005: is a checkpoint of an earlier version of Fettle",
        "copy that and the tokenizer's files");
  }

  @Test
  void aDirectoryThatIsNoModel() throws IOException {
    Files.delete(dir.resolve("model/config.json"));
    refused(train(), "config.json: no such file");
  }

  @Test
  void aMisspeltKey() throws IOException {
    write("run.yaml", CONFIG.replace("learningRate", "learnignRate"));
    refused(
        train(), "run.yaml:5: optimizer.learnignRate: unknown key; did you mean 'learningRate'?");
  }

  @Test
  void aNameOfAnotherTrainer() throws IOException {
    write("run.yaml", CONFIG.replace("steps: 3", "max_steps: 3"));
    refused(train(), "run.yaml:6: train.max_steps: unknown key; that is train.steps here");
    write("run.yaml", CONFIG + "gradient_accumulation_steps: 2\n");
    refused(train(), "run.yaml:7: gradient_accumulation_steps: unknown key; it follows from");
  }

  @Test
  void anAlgorithmThatIsNotThere() throws IOException {
    write("run.yaml", CONFIG + "algorithm: { type: sftt }\n");
    refused(
        train(),
        "run.yaml:7: algorithm.type: expected one of ",
        ", got 'sftt'; did you mean 'sft'?");
  }

  @Test
  void aPathThatCannotBe() throws IOException {
    write("run.yaml", CONFIG.replace("name: first", "name: first, out: \"a\\0b\""));
    refused(train(), "run.yaml:1: run.out: cannot be a path");
  }

  @Test
  void aWrongType() throws IOException {
    write("run.yaml", CONFIG.replace("steps: 3", "steps: three"));
    refused(train(), "run.yaml:6: train.steps: expected a whole number, 1 or more, got 'three'");
  }

  @Test
  void twoErrorsAtOnce() throws IOException {
    write("run.yaml", CONFIG.replace("steps: 3", "steps: three").replace("path: model", "path: x"));
    refused(train(), "2 problems:", "run.yaml:3: model.path", "run.yaml:6: train.steps");
  }

  @Test
  void aWrongOverride() {
    refused(train("--set", "train.stepz=3"), "--set train.stepz=3: ", "did you mean 'steps'?");
  }

  @Test
  void aBrokenLine() throws IOException {
    write("rows.jsonl", ROW.repeat(2) + "{\"prompt\": \"x\", \"completion\n" + ROW);
    refused(train(), "rows.jsonl:3");
  }

  @Test
  void aRowWithoutTheColumn() throws IOException {
    write("rows.jsonl", ROW + "{\"prompt\": \"x\", \"answer\": \"y\"}\n");
    refused(train(), "rows.jsonl:2", "completion");
    write("rows.jsonl", "{\"frage\": \"x\", \"antwort\": \"y\"}\n");
    refused(train(), "rows.jsonl:1", "frage", "antwort", "data.columns");
  }

  @Test
  void anEmptyFile() throws IOException {
    write("rows.jsonl", "");
    refused(train(), "rows.jsonl is empty");
  }

  @Test
  void everyRowDropped() throws IOException {
    write(
        "rows.jsonl",
        "{\"prompt\": \"%s\", \"completion\": \" three\"}\n".formatted("one ".repeat(80)));
    refused(
        train(), "all 1 rows were dropped", "no target after truncation", "raise data.maxLength");
  }

  @Test
  void truncatedWeights() throws IOException {
    Path weights = dir.resolve("model/model.safetensors");
    try (FileChannel channel = FileChannel.open(weights, StandardOpenOption.WRITE)) {
      channel.truncate(Files.size(weights) - 1000);
    }
    refused(train(), "model.safetensors", "tensor '");
  }

  @Test
  void weightsThatDoNotFitTheConfig() throws IOException {
    Path config = dir.resolve("model/config.json");
    Files.writeString(
        config, Files.readString(config).replace("\"n_positions\" : 64", "\"n_positions\" : 96"));
    refused(train(), "the weights do not fit config.json", "wpe.weight", "[64, 64]", "[96, 64]");
  }

  @Test
  void aTokenizerLargerThanTheModel() throws IOException {
    Path config = dir.resolve("model/config.json");
    Files.writeString(
        config,
        Files.readString(config).replaceAll("\"vocab_size\" : \\d+", "\"vocab_size\" : 100"));
    refused(train(), "the tokenizer has ", "but the model only 100");
  }

  @Test
  void anAbsentBackend() {
    refused(
        train("--set", "backend.id=tensorlow"),
        "backend.id: no backend 'tensorlow' here; there is onnxruntime, reference, tensorflow");
    refused(
        Invocation.of(
            "score", "--model", file("model"), "--data", file("rows.jsonl"), "--backend", "jax"),
        "no backend 'jax' here");
  }

  @Test
  void aDeviceThatIsNotThere() {
    refused(train("--set", "backend.device=gpu:0"), "reference", "gpu:0");
    refused(train("--set", "backend.device=tpu"), "expected cpu, gpu or gpu:1, got 'tpu'");
  }

  @Test
  void aLossThatIsNotFinite() {
    Invocation i =
        train(
            "--set", "optimizer.learningRate=1e30",
            "--set", "optimizer.type=sgd",
            "--set", "optimizer.clipNorm=0");
    assertThat(i.code()).isEqualTo(1);
    assertThat(i.err())
        .contains(" at step ", "Lower optimizer.learningRate")
        .doesNotContain("\tat ");
    assertThat(dir.resolve("runs/first/checkpoints")).isNotEmptyDirectory();
    assertThat(dir.resolve("runs/first/final")).doesNotExist();
  }

  @Test
  void wrongOptions() {
    refused(
        Invocation.of("generate", "--model", file("model"), "--prompt", "x", "--top-p", "2"),
        "top-p is 2.0; it must be above 0 and at most 1");
    refused(
        Invocation.of(
            "score",
            "--model",
            file("model"),
            "--data",
            file("nothing.jsonl"),
            "--backend",
            "reference"),
        "nothing.jsonl");
    assertThat(Invocation.of("train").err()).contains("CONFIG");
  }

  @Test
  void verboseShowsWhereItArose() {
    assertThat(train("--verbose", "--set", "backend.id=jax").err()).contains("\tat dev.fettle");
  }

  /** A limit on the size of files stands for a full disk: writing fails half-way. */
  @Test
  void aFullDisk() throws IOException, InterruptedException {
    assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "needs bash, for ulimit");
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    ProcessBuilder builder =
        new ProcessBuilder(
                "/bin/bash",
                "-c",
                "ulimit -f 150; exec '"
                    + Path.of(System.getProperty("java.home"), "bin", "java")
                    + "' dev.fettle.cli.Main train '"
                    + file("run.yaml")
                    + "'")
            .redirectErrorStream(true)
            .directory(dir.toFile());
    builder.environment().put("CLASSPATH", classPath);
    Process process = builder.start();
    String told = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(told)
        .contains("step-000001: the checkpoint cannot be written", "There is no earlier checkpoint")
        .doesNotContain("\tat ");
    assertThat(process.exitValue()).isEqualTo(1);
    assertThat(dir.resolve("runs/first/checkpoints/step-000001")).doesNotExist();
  }
}
