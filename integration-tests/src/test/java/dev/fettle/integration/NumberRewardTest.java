package dev.fettle.integration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fettle.reward.function.NumberMatch;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

/** GSM8K's reference answers and labelled model solutions are judged as their authors judged. */
class NumberRewardTest {
  private static final List<String> MODELS =
      List.of("6b_finetuning", "6b_verification", "175b_finetuning", "175b_verification");

  private final ObjectMapper json = new ObjectMapper();
  private final NumberMatch number = new NumberMatch("answer", 0);

  private List<String> lines(String file) throws IOException {
    Path path = SharedData.require("datasets/gsm8k/" + file);
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                file.endsWith(".gz")
                    ? new GZIPInputStream(Files.newInputStream(path))
                    : Files.newInputStream(path),
                StandardCharsets.UTF_8))) {
      return reader.lines().toList();
    }
  }

  @Test
  void labelledSolutionsAreJudgedAsLabelled() throws IOException {
    int judged = 0;
    int right = 0;
    for (String line : lines("example_model_solutions.dev.jsonl.gz")) {
      JsonNode row = json.readTree(line);
      for (String model : MODELS) {
        JsonNode solution = row.path(model);
        boolean accepted =
            number.accepts(row.path("ground_truth").asText(), solution.path("solution").asText());
        assertThat(accepted)
            .as(row.path("question").asText() + ": " + solution)
            .isEqualTo(solution.path("is_correct").asBoolean());
        judged++;
        right += accepted ? 1 : 0;
      }
    }
    System.out.println("GSM8K: " + judged + " labelled solutions agree, " + right + " are right");
    assertThat(judged).isEqualTo(2640);
  }

  /** An answer agrees with itself, with its number alone, and with no other number. */
  @Test
  void referenceAnswersAreRightAndOthersAreNot() throws IOException {
    for (String file : List.of("test.first660.jsonl", "train.jsonl.gz")) {
      for (String line : lines(file)) {
        String answer = json.readTree(line).path("answer").asText();
        String marked = answer.substring(answer.lastIndexOf("####") + 4).strip();
        assertThat(number.accepts(answer, answer)).isTrue();
        assertThat(number.accepts(marked.replace(",", ""), answer)).as(answer).isTrue();
        assertThat(number.accepts(answer, "A: $" + marked + ".")).as(answer).isTrue();
        assertThat(number.accepts(answer, marked + "1")).as(answer).isFalse();
      }
    }
  }
}
