package dev.fettle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Each file that a command reads, made strange in every way there is a name for. What comes of it
 * is one message and the exit code of a wrong input or of a failure: never an internal error.
 */
class StrangeFilesTest {

  private static final String CONFIG =
      """
      run: { name: first }
      backend: { id: reference, threads: 1 }
      model: { path: model }
      data: { train: rows.jsonl, maxLength: 32 }
      optimizer: { learningRate: 1e-3 }
      train: { steps: 1, batchSize: 1, checkpointEvery: 1 }
      """;

  private static final String ADAPTED =
      CONFIG
          .replace("name: first", "name: second")
          .replace("path: model", "path: model, adapter: { type: lora, rank: 2 }");

  private static final List<String> TRAIN = List.of("train", "run.yaml");
  private static final List<String> RESUME = List.of("train", "run.yaml", "--resume");
  private static final List<String> GENERATE =
      List.of(
          "generate",
          "--model",
          "model",
          "--prompt",
          "one",
          "--max-new-tokens",
          "1",
          "--backend",
          "reference");
  private static final List<String> ADAPTER =
      List.of(
          "generate",
          "--model",
          "model",
          "--adapter",
          "runs/second/final",
          "--prompt",
          "one",
          "--max-new-tokens",
          "1",
          "--backend",
          "reference");
  private static final List<String> SCORE =
      List.of("score", "--model", "model", "--data", "rows.jsonl", "--backend", "reference");
  private static final List<String> MERGE =
      List.of("merge", "--model", "model", "--adapter", "runs/second/final", "--out", "merged");

  /** A model, rows, a finished run, and one with an adapter. */
  @TempDir private static Path made;

  @TempDir private Path work;

  @BeforeAll
  static void make() throws IOException {
    TinyModel.in(made);
    Files.writeString(
        made.resolve("rows.jsonl"),
        "{\"prompt\": \"one and two\", \"completion\": \" three\"}\n".repeat(4));
    Files.writeString(made.resolve("run.yaml"), CONFIG);
    Files.writeString(made.resolve("adapted.yaml"), ADAPTED);
    for (String config : List.of("run.yaml", "adapted.yaml")) {
      Invocation trained = Invocation.of("train", made.resolve(config).toString());
      assertThat(trained.code()).as(trained.err()).isZero();
    }
  }

  @TestFactory
  Stream<DynamicTest> anyFile() {
    List<Strange> cases = new ArrayList<>();
    cases.addAll(Strange.ofAnyFile("run.yaml", TRAIN));
    cases.addAll(Strange.ofAnyFile("rows.jsonl", TRAIN));
    cases.addAll(Strange.ofAnyFile("rows.jsonl", SCORE));
    for (String file :
        List.of(
            "config.json",
            "model.safetensors",
            "tokenizer.json",
            "tokenizer_config.json",
            "generation_config.json",
            "special_tokens_map.json",
            "chat_template.jinja")) {
      cases.addAll(Strange.ofAnyFile("model/" + file, GENERATE));
    }
    for (String file : List.of("adapter_config.json", "adapter_model.safetensors")) {
      cases.addAll(Strange.ofAnyFile("runs/second/final/" + file, ADAPTER));
    }
    String step = "runs/first/checkpoints/step-000001/";
    for (String file : List.of("manifest.json", "trainer.json", "model.safetensors")) {
      cases.addAll(Strange.ofAnyFile(step + file, RESUME));
    }
    return some(cases).map(this::test);
  }

  /** Each build takes another fifth, or that of -Dfettle.fuzz.seed=N; -Dfuzz takes all. */
  private static Stream<Strange> some(List<Strange> cases) {
    int every = Integer.getInteger("fettle.fuzz", 0) > 0 ? 1 : 5;
    int first = (int) (Long.getLong("fettle.fuzz.seed", System.nanoTime() / 1_000) % every);
    return IntStream.range(0, cases.size()).filter(i -> i % every == first).mapToObj(cases::get);
  }

  @TestFactory
  Stream<DynamicTest> particularFiles() {
    String config = "model/config.json";
    String adapter = "runs/second/final/adapter_config.json";
    List<Strange> cases = new ArrayList<>();
    for (String value : List.of("0", "-1", "1.5", "null", "\"4\"", "1000000000", "1e30", "[]")) {
      for (String key : List.of("n_embd", "n_layer", "n_head", "vocab_size", "n_positions")) {
        cases.add(
            Strange.strange(
                key + ": " + value,
                config,
                Strange.replacing("\"" + key + "\" *: *\\d+", "\"" + key + "\": " + value),
                GENERATE));
      }
      cases.add(
          Strange.strange(
              "r: " + value,
              adapter,
              Strange.replacing("\"r\" *: *\\d+", "\"r\": " + value),
              ADAPTER));
    }
    for (String targets :
        List.of("\"(\"", "\"\"", "[]", "[\"nosuch\"]", "7", "\"(.*)*(.*)*(.*)*x\"")) {
      cases.add(
          Strange.strange(
              "target_modules: " + targets,
              adapter,
              Strange.replacing(
                  "(?s)\"target_modules\" *: *(\"[^\"]*\"|\\[.*?\\])",
                  "\"target_modules\": " + targets),
              MERGE));
    }
    for (String yaml :
        List.of(
            "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n",
            "!!javax.script.ScriptEngineManager [!!java.net.URLClassLoader [[]]]\n",
            "run: !!set {a, b}\n",
            "? {a: b}\n: c\n",
            "run: {name: \"a\\0b\"}\n",
            "%YAML 3.0\n---\na: b\n",
            "run: &r { name: *r }\n",
            "--- a\n--- b\n",
            "\tx: y\n",
            "a: b: c\n",
            "run: { name: '../../x' }\n",
            "run: { name: a/b }\n",
            "run: { out: rows.jsonl }\n",
            "run: { name: " + "x".repeat(5_000) + " }\n")) {
      cases.add(
          Strange.strange(
              "yaml " + yaml.substring(0, Math.min(20, yaml.length())),
              "run.yaml",
              Strange.text(yaml),
              TRAIN));
      cases.add(
          Strange.strange(
              "yaml after " + yaml.substring(0, Math.min(20, yaml.length())),
              "run.yaml",
              Strange.text(CONFIG.replaceFirst("run:.*\n", "") + yaml),
              TRAIN));
    }
    for (String row :
        List.of(
            "{\"prompt\": 1, \"completion\": []}",
            "{\"messages\": {}}",
            "{\"messages\": [1]}",
            "{\"text\": null}",
            "{\"messages\": [{\"role\": \"user\"}]}",
            "{\"input_ids\": [-1]}",
            "{\"input_ids\": [1e99]}",
            "{\"prompt\": \"\\ud800\", \"completion\": \"\\udc00\\u0000\"}",
            "{\"a\": 1, \"a\": 2}",
            "[1]",
            "7")) {
      cases.add(Strange.strange("row " + row, "rows.jsonl", Strange.text(row + "\n"), TRAIN));
    }
    cases.add(
        Strange.strange(
            "rows that unpack without end",
            "rows.jsonl",
            Strange.bomb(),
            List.of(
                "score", "--model", "model", "--data", "rows.jsonl.gz", "--backend", "reference")));
    cases.add(
        Strange.strange(
            "parquet",
            "rows.parquet",
            Strange.bytes(Strange.sized(100, 'P')),
            List.of(
                "score", "--model", "model", "--data", "rows.parquet", "--backend", "reference")));
    cases.add(
        Strange.strange(
            "runs is a file",
            "runs",
            Strange.doing(
                f -> {
                  Strange.delete(f);
                  Files.writeString(f, "");
                }),
            TRAIN));
    cases.add(
        Strange.strange(
            "checkpoints is a file",
            "runs/first/checkpoints",
            Strange.doing(
                f -> {
                  Strange.delete(f);
                  Files.writeString(f, "");
                }),
            RESUME));
    cases.add(
        Strange.strange(
            "model is a file",
            "model",
            Strange.doing(
                f -> {
                  Strange.delete(f);
                  Files.writeString(f, "");
                }),
            GENERATE));
    cases.add(
        Strange.strange(
            "an index that leads out",
            "model/model.safetensors",
            Strange.doing(
                f -> {
                  Files.move(f, f.resolveSibling("../out.safetensors"));
                  Files.writeString(
                      f.resolveSibling("model.safetensors.index.json"),
                      "{\"weight_map\": {\"transformer.wte.weight\": \"../out.safetensors\"}}");
                }),
            GENERATE));
    return some(cases).map(this::test);
  }

  private DynamicTest test(Strange strange) {
    return DynamicTest.dynamicTest(
        strange.name(),
        () -> {
          Path folder = Files.createTempDirectory(work, "case");
          copy(made, folder);
          strange.change().accept(folder.resolve(strange.file()));
          long start = System.nanoTime();
          Invocation told = Invocation.of(absolute(strange.command(), folder));
          assertThat((System.nanoTime() - start) / 1e9).as("seconds").isLessThan(60);
          assertThat(told.err()).doesNotContain("internal error", "\tat ", "Exception");
          // What a command does not need may be strange without harm.
          if (told.code() != 0) {
            assertThat(told.code()).isIn(1, 2);
            assertThat(told.err()).startsWith("fettle: ").hasSizeLessThan(8_000);
          }
          Strange.delete(folder);
        });
  }

  private static String[] absolute(List<String> command, Path folder) {
    return command.stream()
        .map(
            word ->
                Files.exists(folder.resolve(word))
                        || word.contains("/")
                        || word.contains(".")
                        || word.equals("merged")
                        || word.equals("model")
                    ? folder.resolve(word).toString()
                    : word)
        .toArray(String[]::new);
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file, target);
        }
      }
    }
  }

  /** Spaces, quotes and letters of other scripts in a path are nothing special. */
  @Test
  void aFolderOfAnyName() throws IOException {
    Path folder = Files.createDirectories(work.resolve("a b 'c' \"d\" %20 #é漢 $x & (y) [z]"));
    copy(made, folder);
    Strange.delete(folder.resolve("runs"));
    for (List<String> command :
        List.of(TRAIN, List.of("train", "adapted.yaml"), GENERATE, SCORE, MERGE)) {
      Invocation told = Invocation.of(absolute(command, folder));
      assertThat(told.err()).as("%s", command).isEmpty();
      assertThat(told.code()).isZero();
    }
  }
}
