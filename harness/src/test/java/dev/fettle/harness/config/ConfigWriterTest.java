package dev.fettle.harness.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The bytes of {@code config.yaml}. */
class ConfigWriterTest {
  @TempDir private Path dir;

  @BeforeEach
  void makeWhatIsNamed() throws IOException {
    Files.createDirectories(dir.resolve("model"));
    for (String name : List.of("rows.jsonl", "more.jsonl", "template.jinja")) {
      Files.writeString(dir.resolve(name), "{}\n");
    }
  }

  private RunConfig.Builder least() {
    return RunConfig.builder()
        .set("run.out", dir.resolve("runs"))
        .set("model.path", dir.resolve("model"))
        .set("data.train", dir.resolve("rows.jsonl"));
  }

  private void isWritten(String resource, RunConfig config) throws IOException {
    String written = ConfigWriter.yaml(config).replace(dir.toString(), "/dir");
    try (InputStream expected = ConfigWriterTest.class.getResourceAsStream(resource)) {
      assertThat(expected).as(resource + " for\n" + written).isNotNull();
      assertThat(written).isEqualTo(new String(expected.readAllBytes(), StandardCharsets.UTF_8));
    }
    Path file = Files.writeString(dir.resolve("again.yaml"), ConfigWriter.yaml(config));
    assertThat(ConfigReader.read(file)).isEqualTo(config);
  }

  @Test
  void defaultsAreWritten() throws IOException {
    isWritten("/config/least.yaml", least().build());
  }

  @Test
  void everySettingIsWritten() throws IOException {
    RunConfig config =
        least()
            .set("run.name", "all of them")
            .set("run.seed", -17)
            .set("backend.id", "onnxruntime")
            .set("backend.device", "gpu:1")
            .set("backend.threads", 2)
            .set("backend.options", Map.of("profile", "123"))
            .set("model.precision", "bf16")
            .set("model.recompute", "blocks")
            .set("model.saveAs", "bf16")
            .set("algorithm.lossOn", "assistant")
            .set("data.train", List.of(dir.resolve("rows.jsonl"), dir.resolve("more.jsonl")))
            .set("data.eval", dir.resolve("more.jsonl"))
            .set("data.format", "instruction")
            .set("data.columns", Map.of("instruction", "question"))
            .set("data.template.withoutInput", "Q: {instruction}\nA:")
            .set("data.maxLength", 64)
            .set("data.truncation", "keep_end")
            .set("data.packing", "false")
            .set("data.shuffle", false)
            .set("data.dropLast", true)
            .set("data.chatTemplate", dir.resolve("template.jinja"))
            .set("optimizer.betas", List.of(0.8, 0.95))
            .set("optimizer.epsilon", 1e-6)
            .set("optimizer.learningRate", 3e-4)
            .set("optimizer.weightDecay", 0.1)
            .set("optimizer.weightDecayOn", "all")
            .set("optimizer.clipNorm", 0)
            .set("optimizer.schedule.type", "warmup_stable_decay")
            .set("optimizer.schedule.warmupRatio", 0.05)
            .set("optimizer.schedule.minimumRatio", 0.1)
            .set("optimizer.schedule.decaySteps", 100)
            .set("train.steps", 1000)
            .set("train.batchSize", 32)
            .set("train.microBatchSize", 4)
            .set("train.evalEvery", 50)
            .set("train.evalAtStart", true)
            .set("train.checkpointEvery", 100)
            .set("train.keep", 0)
            .set("train.keepBest", Map.of("metric", "eval_entropy", "mode", "min", "asFinal", true))
            .set("train.earlyStopping", Map.of("patience", 3, "minDelta", 0.01))
            .set("train.logEvery", 10)
            .set("track", List.of("tensorboard"))
            .build();
    isWritten("/config/all.yaml", config);
  }

  @Test
  void settingsOfTheOtherOptimizerAreWritten() throws IOException {
    RunConfig config =
        least()
            .unset("model.path")
            .set("model.init", dir.resolve("model"))
            .set("data.packing", true)
            .set("data.chatTemplate", "chatml")
            .set("optimizer.type", "sgd")
            .set("optimizer.momentum", 0.9)
            .set("optimizer.schedule.type", "cosine")
            .set("optimizer.schedule.warmupSteps", 10)
            .set("optimizer.schedule.cycles", 0.5)
            .set("train.epochs", 2.5)
            .build();
    isWritten("/config/other.yaml", config);
  }
}
