package dev.fettle.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fettle.cli.Main;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code fettle compare} of the native backends, on a model made on the spot. */
class CompareCommandTest {
  @TempDir private static Path dir;

  @BeforeAll
  static void makeRun() throws IOException {
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < 16; i++) {
      rows.append(
          "{\"prompt\": \"What is %d and one?\", \"completion\": \" %d.\"}\n".formatted(i, i + 1));
    }
    Path text = Files.writeString(dir.resolve("rows.jsonl"), rows);
    String model = dir.resolve("model").toString();
    Run made =
        run(
            "init",
            model,
            "--layers",
            "1",
            "--embed",
            "16",
            "--heads",
            "2",
            "--train-tokenizer",
            text.toString(),
            "--vocab-size",
            "280");
    assertThat(made.code()).as(made.err()).isZero();
    Files.writeString(
        dir.resolve("tiny.yaml"),
        """
        model:
          path: model
        data:
          train: rows.jsonl
          maxLength: 48
        optimizer:
          learningRate: 1.0e-2
        train:
          steps: 4
          batchSize: 4
        """);
  }

  private record Run(int code, String out, String err) {}

  private static Run run(String... args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code =
        Main.run(
            args,
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8));
    return new Run(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  private static Run compare(String backends, String... more) {
    List<String> args = new ArrayList<>();
    args.addAll(List.of("compare", dir.resolve("tiny.yaml").toString(), "--backends", backends));
    args.addAll(List.of("--out", dir.resolve("out").toString()));
    args.addAll(List.of(more));
    return run(args.toArray(String[]::new));
  }

  @Test
  void theBackendsAgree() {
    Run run = compare("tensorflow,onnxruntime,reference");
    assertThat(run.code()).as(run.out() + run.err()).isZero();
    assertThat(run.out())
        .contains("tensorflow and onnxruntime over 4 steps", "onnxruntime and reference")
        .contains("time to first step", "agree within the tolerance");
    assertThat(dir.resolve("out/tiny-compare/compare.html")).isNotEmptyFile();
    assertThat(dir.resolve("out/tiny-compare/compare.json")).isNotEmptyFile();
  }

  @Test
  void leavingTheToleranceIsExitCodeOne() {
    // A learning rate at which any rounding grows fast.
    List<String> wild = List.of("--set", "optimizer.learningRate=0.3", "--set", "train.steps=8");
    List<String> strict = List.of("--tolerance", "0", "--set", "run.name=strict");
    Run run =
        compare(
            "tensorflow,onnxruntime",
            Stream.of(wild, strict).flatMap(List::stream).toArray(String[]::new));
    assertThat(run.code()).as(run.out() + run.err()).isEqualTo(1);
    assertThat(run.out()).contains("OUTSIDE 0 and 2e-6", "leave the tolerance");
  }

  @Test
  void whatTheUserCanPutRightIsExitCodeTwo() {
    Run run = compare("tensorflow,torch");
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err())
        .contains("no backend 'torch' here; there is onnxruntime, reference, tensorflow");
  }
}
