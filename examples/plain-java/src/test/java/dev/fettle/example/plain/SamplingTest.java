package dev.fettle.example.plain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fettle.harness.config.BackendSettings;
import dev.fettle.harness.model.LoadedModel;
import dev.fettle.harness.sample.SampleReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SamplingTest {
  @TempDir private Path dir;

  @Test
  void promptsAreAnsweredOftenAndTheBestIsTaken() throws IOException {
    Path prompts =
        Files.writeString(
            dir.resolve("prompts.jsonl"), "{\"prompt\": \"one\"}\n{\"prompt\": \"two\"}\n");
    Path out = dir.resolve("samples.jsonl");
    try (LoadedModel model =
        LoadedModel.open(Questions.model(dir), BackendSettings.of("onnxruntime"))) {
      SampleReport report = Sampling.write(model, prompts, out);
      assertThat(report.answers()).isEqualTo(16);
      List<String> lines = Files.readAllLines(out);
      assertThat(lines).hasSize(16);
      assertThat(Sampling.write(model, prompts, out).answers()).isZero();
      assertThat(Files.readAllLines(out)).isEqualTo(lines);
      List<String> best =
          Sampling.best(
              model, prompts, all -> all.stream().mapToDouble(a -> -a.text().length()).toArray());
      assertThat(best).hasSize(2);
    }
  }
}
