package dev.fettle.harness.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.fettle.data.encode.LossOn;
import dev.fettle.harness.Fettle;
import dev.fettle.harness.Tiny;
import dev.fettle.harness.config.DataSettings;
import dev.fettle.harness.score.RowScore;
import dev.fettle.harness.score.ScoreReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoadedModelTest {
  @TempDir private Path dir;

  @Test
  void everyRowOfTheInputHasALine() throws IOException {
    Tiny tiny = Tiny.in(dir);
    Path rows =
        tiny.write(
            "ids.jsonl",
            """
            {"input_ids": [5, 6, 7, 8, 9]}
            {"input_ids": [5, 6, 7, 8, 9], "loss_mask": [0, 0, 1, 0, 1]}
            {"input_ids": [5]}
            {"input_ids": [5, 6, 7], "loss_mask": [1, 0, 0]}

            {"input_ids": [9, 8, 7, 6]}
            """);
    ScoreReport report = Fettle.score(tiny.model(), Tiny.REFERENCE, rows);
    assertThat(report.rows()).extracting(RowScore::numTokens).containsExactly(4, 2, 0, 0, 3);
    float[] all = report.rows().get(0).logprobs();
    float[] some = report.rows().get(1).logprobs();
    assertThat(some[0]).isCloseTo(all[1], within(1e-5f));
    assertThat(some[1]).isCloseTo(all[3], within(1e-5f));
    assertThat(report.tokens()).isEqualTo(9);
    report.write(dir.resolve("out.jsonl"));
    List<String> lines = Files.readAllLines(dir.resolve("out.jsonl"));
    assertThat(lines).hasSize(5);
    assertThat(lines.get(2)).isEqualTo("{\"num_tokens\":0,\"logprob\":0.0,\"logprobs\":[]}");
  }

  @Test
  void aRowScoresTheSameAloneAndAmongOthers() {
    Tiny tiny = Tiny.in(dir);
    Path one = tiny.write("one.jsonl", "{\"input_ids\": [9, 8, 7, 6, 5, 4]}\n");
    Path many =
        tiny.write(
            "many.jsonl",
            "{\"input_ids\": [1, 2, 3]}\n".repeat(60) + "{\"input_ids\": [9, 8, 7, 6, 5, 4]}\n");
    try (LoadedModel model = LoadedModel.open(tiny.model(), Tiny.REFERENCE)) {
      RowScore alone = model.score(DataSettings.of(one), LossOn.AUTO).rows().get(0);
      RowScore among = model.score(DataSettings.of(many), LossOn.AUTO).rows().get(60);
      assertThat(among.logprobs()).containsExactly(alone.logprobs(), within(1e-5f));
    }
  }
}
