package dev.fettle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code fettle score} with a reward model. */
class RewardScoreTest {
  private static final String PAIR =
      "{\"prompt\": \"one\", \"chosen\": \" two\", \"rejected\": \" three\", \"margin\": 1}\n";

  @TempDir private static Path dir;
  private static Path base;
  private static Path model;
  private static Path pairs;

  @BeforeAll
  static void makeModel() throws IOException {
    base = TinyModel.in(dir);
    pairs = Files.writeString(dir.resolve("pairs.jsonl"), PAIR.repeat(4));
    Path run =
        Files.writeString(
            dir.resolve("run.yaml"),
            """
            run: { name: rm, out: runs }
            backend: { id: reference }
            model: { path: model }
            algorithm: { type: reward }
            data: { train: pairs.jsonl, maxLength: 32 }
            optimizer: { learningRate: 1.0e-2 }
            train: { steps: 3, batchSize: 4 }
            """);
    Invocation train = Invocation.of("train", run.toString());
    assertThat(train.err()).isEmpty();
    model = dir.resolve("runs/rm/final");
  }

  private static Invocation score(Path of, Path rows, String... more) {
    List<String> args =
        new ArrayList<>(List.of("score", "--model=" + of, "--backend=reference", "--data=" + rows));
    args.addAll(List.of(more));
    return Invocation.of(args.toArray(String[]::new));
  }

  @Test
  void pairsGiveRewardsAndAReport() throws IOException {
    Path rows =
        Files.writeString(
            dir.resolve("test.jsonl"),
            PAIR.repeat(2)
                + "{\"prompt\": \"one\", \"chosen\": \" two\", \"rejected\": \" two\"}\n");
    Path out = dir.resolve("rewards.jsonl");
    Path report = dir.resolve("report.json");
    Invocation i = score(model, rows, "--out=" + out, "--report=" + report);
    assertThat(i.err()).isEmpty();
    assertThat(i.code()).isZero();
    assertThat(i.out())
        .startsWith("pairs        3")
        .contains("accuracy     0.6667 (95 %: 0.2077 to 0.9385), 2 of 3, ties: 1")
        .contains("Brier score", "probability   pairs", "rewards apart by", "margin of the rows");
    JsonNode first = new ObjectMapper().readTree(Files.readAllLines(out).get(0));
    assertThat(first.get("chosen_reward").doubleValue())
        .isGreaterThan(first.get("rejected_reward").doubleValue());
    assertThat(Files.readAllLines(out)).hasSize(3);
    JsonNode json = new ObjectMapper().readTree(report.toFile());
    assertThat(json.get("pairs").intValue()).isEqualTo(3);
    assertThat(json.get("ties").intValue()).isEqualTo(1);
    assertThat(score(model, rows).out()).isEqualTo(i.out());
  }

  /** In deviations, rewards of the pairs trained on lie around 0. */
  @Test
  void normalisedRewards() throws IOException {
    Path out = dir.resolve("normalised.jsonl");
    assertThat(score(model, pairs, "--out=" + out, "--normalise").code()).isZero();
    JsonNode first = new ObjectMapper().readTree(Files.readAllLines(out).get(0));
    assertThat(first.get("chosen_reward").doubleValue()).isBetween(0.999, 1.001);
    assertThat(first.get("rejected_reward").doubleValue()).isBetween(-1.001, -0.999);
    Path rows =
        Files.writeString(
            dir.resolve("answers.jsonl"),
            """
            {"prompt": "one", "completion": " two"}
            {"prompt": "one", "completion": " three"}
            """);
    assertThat(score(model, rows, "--normalise").out())
        .containsPattern("mean reward  -?0[.]0000")
        .containsPattern("deviation    (1[.]000|0[.]999)");
  }

  @Test
  void whatDoesNotFitIsSaid() throws IOException {
    Path rows =
        Files.writeString(
            dir.resolve("text.jsonl"), "{\"prompt\": \"one\", \"completion\": \" two\"}\n");
    Invocation report = score(model, rows, "--report=" + dir.resolve("none.json"));
    assertThat(report.code()).isEqualTo(2);
    assertThat(report.err()).contains("--report", "chosen, rejected").hasLineCount(1);
    assertThat(dir.resolve("none.json")).doesNotExist();
    for (String option : List.of("--normalise", "--report=" + dir.resolve("none.json"))) {
      Invocation language = score(base, rows, option);
      assertThat(language.code()).isEqualTo(2);
      assertThat(language.err()).contains("is of reward models").hasLineCount(1);
    }
    Path empty = Files.writeString(dir.resolve("empty.jsonl"), "");
    assertThat(score(model, empty).code()).isEqualTo(2);
    Path same =
        Files.writeString(
            dir.resolve("dropped.jsonl"), "{\"chosen\": \"same\", \"rejected\": \"same\"}\n");
    Invocation dropped = score(model, same);
    assertThat(dropped.code()).isEqualTo(2);
    assertThat(dropped.err()).contains("no row with two answers");
    Invocation broken =
        score(
            model,
            Files.writeString(dir.resolve("broken.jsonl"), PAIR + "{\"prompt\": \"one\"}\n"));
    assertThat(broken.code()).isEqualTo(2);
    assertThat(broken.err()).contains("broken.jsonl:2", "'chosen'");
  }
}
