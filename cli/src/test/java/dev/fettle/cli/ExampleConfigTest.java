package dev.fettle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The first lines of configs/sft.yaml are true. */
class ExampleConfigTest {
  private static final Path CONFIGS = Path.of(System.getProperty("fettle.root", ".."), "configs");

  @TempDir private Path dir;

  @Test
  void theExampleRuns() throws IOException {
    Path configs = dir.resolve("configs");
    Files.createDirectories(configs.resolve("data"));
    try (Stream<Path> files = Files.walk(CONFIGS)) {
      for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
        Path to = configs.resolve(CONFIGS.relativize(file).toString());
        Files.createDirectories(to.getParent());
        Files.copy(file, to);
      }
    }
    Path model = configs.resolve("models/tiny");
    String rows = configs.resolve("data/instructions.jsonl").toString();
    Invocation init =
        Invocation.of(
            "init",
            model.toString(),
            "--train-tokenizer=" + rows,
            "--vocab-size=512",
            "--layers=1");
    assertThat(init.err()).isEmpty();
    Invocation train =
        Invocation.of(
            "train",
            configs.resolve("sft.yaml").toString(),
            "--set=backend.id=reference",
            "--set=train.steps=2",
            "--set=train.batchSize=2",
            "--set=train.microBatchSize=1",
            "--set=train.evalEvery=1");
    assertThat(train.err()).isEmpty();
    assertThat(train.code()).isZero();
    Path run = dir.resolve("runs/sft-tiny");
    assertThat(run.resolve("final/model.safetensors")).isRegularFile();
    List<String> metrics = Files.readAllLines(run.resolve("metrics.jsonl"));
    assertThat(metrics).hasSize(4).anyMatch(l -> l.contains("eval_loss"));
  }
}
