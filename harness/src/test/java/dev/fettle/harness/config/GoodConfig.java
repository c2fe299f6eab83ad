package dev.fettle.harness.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.fettle.settings.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A configuration that can be read, and ways to spoil it.
 *
 * @param dir where it is written
 */
record GoodConfig(Path dir) {
  static final String GOOD =
      """
      run: { name: first, seed: 17, out: runs }
      backend: { id: reference, device: cpu, threads: 2 }
      model: { path: my-model, precision: bf16, recompute: blocks }
      algorithm: { type: sft, lossOn: all }
      data:
        train: rows.jsonl
        eval: [rows.jsonl]
        columns: { text: story }
        maxLength: 64
        packing: false
      optimizer:
        type: adamw
        learningRate: 1e-6
        betas: [0.9, 0.95]
        schedule: { type: cosine, warmupSteps: 10 }
      train: { steps: 200, batchSize: 32, microBatchSize: 4, evalEvery: 50 }
      track: [console, jsonl, tensorboard]
      """;

  /** Makes what the configuration names. */
  static GoodConfig in(Path dir) throws IOException {
    Files.createDirectories(dir.resolve("my-model"));
    Files.writeString(dir.resolve("rows.jsonl"), "{}\n");
    return new GoodConfig(dir);
  }

  Path write(String text) {
    return write("run.yaml", text);
  }

  Path write(String name, String text) {
    try {
      return Files.writeString(dir.resolve(name), text);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  RunConfig read(String text) {
    return ConfigReader.read(write(text));
  }

  /** What is wrong, with the directory taken out. */
  List<String> problems(String text, String... overrides) {
    Path file = write(text);
    ConfigException e =
        catchThrowableOfType(
            ConfigException.class, () -> ConfigReader.read(file, List.of(overrides)));
    assertThat(e).as("a problem is found").isNotNull();
    return e.problems().stream().map(p -> p.toString().replace(dir + "/", "")).toList();
  }

  /** What is wrong with a line at the end, without its place. */
  String problemWith(String line) {
    List<String> found = problems(GOOD + line + "\n");
    assertThat(found).hasSize(1);
    return found.get(0).replaceFirst("^run.yaml:18: ", "");
  }
}
