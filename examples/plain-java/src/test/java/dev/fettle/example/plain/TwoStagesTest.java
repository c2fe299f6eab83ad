package dev.fettle.example.plain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fettle.harness.recipe.RecipeReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TwoStagesTest {
  @TempDir private Path dir;

  @Test
  void aRewardModelIsMadeOfTheFineTunedModel() throws IOException {
    String pairs =
        Questions.all().entrySet().stream()
            .map(
                e ->
                    """
                    {"prompt": "%s", "chosen": " %s", "rejected": " I do not know."}
                    """
                        .formatted(e.getKey(), e.getValue()))
            .collect(Collectors.joining());
    Path file = Files.writeString(dir.resolve("pairs.jsonl"), pairs);
    TwoStages stages =
        new TwoStages(Questions.model(dir), Questions.write(dir), file, dir.resolve("runs"));
    RecipeReport report = stages.train();
    assertThat(report.finished()).isTrue();
    assertThat(report.stage("reward").loss()).isLessThan(0.6);
    assertThat(dir.resolve("runs/judged/reward/final/model.safetensors")).isRegularFile();
    assertThat(stages.train().stage("reward").training()).isEmpty();
  }
}
