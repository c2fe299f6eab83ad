package dev.fettle.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code fettle best-of}, with a model that draws letters at random. */
class BestOfCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String SHORT = "--reward={type: length, max: 20, unit: characters}";

  @TempDir private Path dir;
  private Path model;
  private Path prompts;
  private Path out;

  @BeforeEach
  void make() throws IOException {
    model = TinyModel.in(dir);
    out = dir.resolve("best.jsonl");
    prompts =
        Files.writeString(
            dir.resolve("prompts.jsonl"),
            """
            {"question": "one and", "answer": "two"}
            {"question": "two and three", "answer": "three"}
            {"question": "three", "answer": "four"}
            """);
  }

  private List<String> sampling(String command, Path to) {
    return List.of(
        command,
        "--model=" + model,
        "--backend=reference",
        "--data=" + prompts,
        "--out=" + to,
        "--n=5",
        "--seed=4",
        "--max-new-tokens=9");
  }

  private Invocation bestOf(String... more) {
    List<String> args = new ArrayList<>(sampling("best-of", out));
    args.addAll(List.of(more));
    return Invocation.of(args.toArray(String[]::new));
  }

  private Invocation fromSamples(Path samples, String... more) {
    List<String> args =
        new ArrayList<>(
            List.of("best-of", "--samples=" + samples, "--backend=reference", "--out=" + out));
    args.addAll(List.of(more));
    return Invocation.of(args.toArray(String[]::new));
  }

  private static List<JsonNode> rows(Path file) throws IOException {
    List<JsonNode> rows = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      rows.add(JSON.readTree(line));
    }
    return rows;
  }

  @Test
  void choosesTheBestOfEachPromptsAnswers() throws IOException {
    Path json = dir.resolve("report.json");
    Invocation i = bestOf(SHORT, "--gold=exact-match", "--report=" + json);
    assertThat(i.err()).isEmpty();
    assertThat(i.code()).isZero();
    assertThat(i.out())
        .contains("prompts          3")
        .contains("one answer")
        .contains("best of 5")
        .contains("gain")
        .contains("KL at most");
    List<JsonNode> rows = rows(out);
    assertThat(rows).hasSize(3);
    double[] best = new double[3];
    double mean = 0;
    for (int r = 0; r < 3; r++) {
      JsonNode row = rows.get(r);
      assertThat(row.path("candidates").size()).isEqualTo(5);
      best[r] = Double.NEGATIVE_INFINITY;
      int first = 0;
      for (int c = 0; c < 5; c++) {
        JsonNode candidate = row.path("candidates").get(c);
        double reward = candidate.path("reward").asDouble();
        assertThat(reward)
            .isCloseTo(1 - candidate.path("completion").asText().length() / 20.0, within(1e-9));
        mean += reward / 15;
        first = reward > best[r] ? c : first;
        best[r] = Math.max(best[r], reward);
      }
      assertThat(row.path("sample").asInt()).isEqualTo(first);
      assertThat(row.path("completion"))
          .isEqualTo(row.path("candidates").get(first).path("completion"));
      assertThat(row.path("reward").asDouble()).isEqualTo(best[r]);
      assertThat(row.path("gold").asDouble()).isZero();
      assertThat(row.path("answer").asText()).isNotEmpty();
    }
    JsonNode report = JSON.readTree(json.toFile());
    assertThat(report.path("curve").size()).isEqualTo(5);
    assertThat(report.path("curve").get(0).path("reward").path("mean").asDouble())
        .isCloseTo(mean, within(1e-9));
    assertThat(report.path("curve").get(4).path("reward").path("mean").asDouble())
        .isCloseTo(Arrays.stream(best).average().orElseThrow(), within(1e-9));
    assertThat(report.path("curve").get(4).path("gold").path("mean").asDouble()).isZero();
  }

  @Test
  void answersThatAreThereGiveTheSameChoices() throws IOException {
    assertThat(bestOf(SHORT).code()).isZero();
    List<JsonNode> sampled = rows(out);
    Files.delete(out);
    Path samples = dir.resolve("samples.jsonl");
    List<String> args = sampling("sample", samples);
    assertThat(Invocation.of(args.toArray(String[]::new)).code()).isZero();
    Invocation i = fromSamples(samples, SHORT);
    assertThat(i.err()).isEmpty();
    assertThat(i.code()).isZero();
    assertThat(rows(out)).isEqualTo(sampled);
  }

  @Test
  void theFileIsGoneOnWithButNotByAnotherReward() throws IOException {
    assertThat(bestOf(SHORT).code()).isZero();
    byte[] whole = Files.readAllBytes(out);
    Files.write(out, Arrays.copyOf(whole, whole.length - 20));
    assertThat(bestOf(SHORT).code()).isZero();
    assertThat(Files.readAllBytes(out)).isEqualTo(whole);
    Invocation other = bestOf("--reward=exact-match");
    assertThat(other.code()).isEqualTo(2);
    assertThat(other.err()).contains("was begun otherwise: reward length").contains("exact-match");
    assertThat(Files.readAllBytes(out)).isEqualTo(whole);
  }

  @Test
  void whatIsMissingOrWrongIsNamed() throws IOException {
    Path samples = Files.writeString(dir.resolve("rows.jsonl"), "{\"prompt\": \"x\"}\n");
    Invocation none = fromSamples(samples, SHORT);
    assertThat(none.code()).isEqualTo(2);
    assertThat(none.err()).contains("rows.jsonl:1 column 'index' is not a number", "fettle sample");
    assertThat(fromSamples(dir.resolve("no.jsonl"), SHORT).err()).contains("no file");
    assertThat(fromSamples(samples, SHORT, "--data=" + prompts).err())
        .contains("--samples stands beside --data");
    Invocation unknown = bestOf("--reward=exact-mach");
    assertThat(unknown.code()).isEqualTo(2);
    assertThat(unknown.err()).contains("exact-match").doesNotContain("internal error");
    Invocation noModel =
        Invocation.of("best-of", "--data=" + prompts, "--out=" + out, "--reward=exact-match");
    assertThat(noModel.err()).contains("--model is missing");
    Invocation noData =
        Invocation.of("best-of", "--model=" + model, "--out=" + out, "--reward=exact-match");
    assertThat(noData.err()).contains("--data is missing");
    Invocation notOne = bestOf("--reward=" + model);
    assertThat(notOne.code()).isEqualTo(2);
    assertThat(notOne.err()).contains("is of no reward model");
    Invocation withoutModel = fromSamples(samples, "--reward=" + model);
    assertThat(withoutModel.code()).isEqualTo(2);
    assertThat(withoutModel.err())
        .contains("model: is missing; name the one that gave the answers");
    Invocation column = bestOf("--reward={type: exact-match, column: wrong}");
    assertThat(column.code()).isEqualTo(2);
    assertThat(column.err()).contains("has no column 'wrong'");
  }
}
