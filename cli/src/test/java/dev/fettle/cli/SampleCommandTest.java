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

/** {@code fettle sample}, with a model that draws letters at random. */
class SampleCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path dir;
  private Path model;
  private Path prompts;
  private Path out;

  @BeforeEach
  void make() throws IOException {
    model = TinyModel.in(dir);
    out = dir.resolve("samples.jsonl");
    prompts =
        Files.writeString(
            dir.resolve("prompts.jsonl"),
            """
            {"question": "one and", "answer": "two"}
            {"question": "two and three", "answer": "three"}
            {"question": "%s", "answer": "four"}
            {"question": "three", "answer": "four"}
            """
                .formatted("x".repeat(80)));
  }

  private Invocation sample(String... more) {
    return sample(prompts, out, more);
  }

  private Invocation sample(Path from, Path to, String... more) {
    List<String> args =
        new ArrayList<>(
            List.of(
                "sample",
                "--model=" + model,
                "--backend=reference",
                "--data=" + from,
                "--out=" + to,
                "--seed=4",
                "--max-new-tokens=9"));
    args.addAll(List.of(more));
    return Invocation.of(args.toArray(String[]::new));
  }

  private List<JsonNode> rows() throws IOException {
    List<JsonNode> rows = new ArrayList<>();
    for (String line : Files.readAllLines(out)) {
      rows.add(JSON.readTree(line));
    }
    return rows;
  }

  @Test
  void answersEachPromptAndTellsOfThoseThatAreTooLong() throws IOException {
    Invocation i = sample("--n=3", "--logprobs");
    assertThat(i.err()).isEmpty();
    assertThat(i.code()).isZero();
    assertThat(i.out())
        .contains("warning: 1 of 4 rows are left out: 1 prompt too long for an answer")
        .contains("9 answers to 3 prompts.")
        .contains("They are in " + out);
    List<JsonNode> rows = rows();
    assertThat(rows).hasSize(9);
    assertThat(rows)
        .extracting(r -> r.path("index").asInt())
        .containsExactly(0, 0, 0, 1, 1, 1, 3, 3, 3);
    assertThat(rows)
        .extracting(r -> r.path("sample").asInt())
        .containsExactly(0, 1, 2, 0, 1, 2, 0, 1, 2);
    for (JsonNode row : rows) {
      assertThat(row.path("prompt")).isEqualTo(row.path("question"));
      assertThat(row.path("row_completion")).isEqualTo(row.path("answer"));
      assertThat(row.path("completion").isTextual()).isTrue();
      int tokens = row.path("completion_ids").size();
      assertThat(row.path("logprobs").size()).isEqualTo(tokens);
      double sum = 0;
      for (JsonNode p : row.path("logprobs")) {
        sum += p.asDouble();
      }
      assertThat(row.path("logprob").asDouble()).isCloseTo(sum, within(1e-6));
      assertThat(row.path("finish_reason").asText()).isEqualTo(tokens == 9 ? "length" : "stop");
    }
    Invocation again = sample("--n=3", "--logprobs");
    assertThat(again.out()).contains("holds all 9 answers already");
  }

  @Test
  void greedyAnswersAreThoseOfGenerate() throws IOException {
    Invocation i = sample("--temperature=0", "--n=2");
    assertThat(i.out())
        .contains("warning: at temperature 0 all 2 answers to a prompt are the same");
    for (JsonNode row : rows()) {
      Invocation generated =
          Invocation.of(
              "generate",
              "--model=" + model,
              "--backend=reference",
              "--prompt=" + row.path("prompt").asText(),
              "--max-new-tokens=9");
      assertThat(generated.out())
          .isEqualTo(row.path("completion").asText() + System.lineSeparator());
    }
  }

  @Test
  void aFileIsGoneOnWithButNotOtherwise() throws IOException {
    assertThat(sample("--n=2").code()).isZero();
    byte[] whole = Files.readAllBytes(out);
    Files.write(out, Arrays.copyOf(whole, whole.length / 2));
    Invocation i = sample("--n=2");
    assertThat(i.code()).isZero();
    assertThat(i.out()).contains("from before");
    assertThat(Files.readAllBytes(out)).isEqualTo(whole);
    Invocation warmer = sample("--n=2", "--temperature=1.5");
    assertThat(warmer.code()).isEqualTo(2);
    assertThat(warmer.err())
        .contains("was begun otherwise: temperature 1.0 where it is 1.5 now")
        .doesNotContain("internal error");
    Files.writeString(prompts, "{\"prompt\": \"one\"}\n");
    assertThat(sample("--n=2").err()).contains("was begun otherwise: another set of prompts");
    assertThat(Files.readAllBytes(out)).isEqualTo(whole);
  }

  @Test
  void optionsThatCannotBeAreUsageErrors() {
    assertThat(sample("--n=0").err()).contains("--n must be 1 or more, not 0");
    assertThat(sample("--batch-size=0").err()).contains("--batch-size must be 1 or more");
    assertThat(sample("--limit=0").err()).contains("--limit must be 1 or more");
    assertThat(sample("--max-length=1").err()).contains("--max-length must be 2 or more");
    assertThat(sample("--temperature=-1").err()).contains("temperature is -1.0; it must be");
    assertThat(sample("--stop=").err()).contains("--stop: a stop string is empty");
    assertThat(sample(prompts, dir.resolve("x.txt")).err()).contains("let its name end in .jsonl");
    assertThat(sample(prompts, dir.resolve("no/x.jsonl")).err()).contains("there is no directory");
    assertThat(sample(dir.resolve("no.jsonl"), out).err()).contains("no file");
    assertThat(sample("--column=promt=question").err()).contains("did you mean 'prompt'?");
    assertThat(sample("--chat").err()).contains("chat template");
    for (String wrong : new String[] {"--n=0", "--column=promt=question", "--chat"}) {
      assertThat(sample(wrong).code()).as(wrong).isEqualTo(2);
    }
    assertThat(out).doesNotExist();
  }

  @Test
  void promptsThatLeaveNoRoomWithinTheLengthAreNamed() {
    Invocation i = sample("--max-length=10");
    assertThat(i.code()).isEqualTo(2);
    assertThat(i.err()).contains("all 4 rows were dropped: 4 prompt too long for an answer");
  }

  @Test
  void aLimitAndAColumn() throws IOException {
    Invocation i = sample("--limit=2", "--column", "prompt=answer");
    assertThat(i.err()).isEmpty();
    assertThat(rows()).extracting(r -> r.path("prompt").asText()).containsExactly("two", "three");
  }
}
