package dev.fettle.data.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fettle.data.Example;
import dev.fettle.data.read.DataException;
import dev.fettle.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class DatasetLoaderTest {

  @TempDir Path directory;
  private Tokenizer tokenizer;

  @BeforeEach
  void open() throws IOException {
    tokenizer = TinyTokenizer.in(directory);
  }

  @AfterEach
  void close() {
    tokenizer.close();
  }

  private Path write(String name, String text) throws IOException {
    return Files.writeString(directory.resolve(name), text);
  }

  private Dataset<Example> load(EncodingOptions options, Path... files) {
    return new DatasetLoader<>(
            new TextRows(Optional.of(tokenizer), LossOn.AUTO), options, 3, LoadListener.NONE)
        .load(List.of(files));
  }

  private String error(EncodingOptions options, Path... files) {
    try {
      load(options, files);
    } catch (DataException e) {
      assertThat(e.getMessage()).doesNotContain("\n");
      return String.valueOf(e.getMessage());
    }
    throw new AssertionError("no error");
  }

  private static String lines(int count) {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < count; i++) {
      lines.append("{\"text\": \"row ").append(i).append("\"}\n");
    }
    return lines.toString();
  }

  @Test
  void theResultDoesNotDependOnTheThreads() throws IOException {
    Path a = write("a.jsonl", lines(1000));
    Path b = write("b.jsonl", "{\"prompt\": \"x\", \"completion\": \"y\"}\n");
    EncodingOptions options = EncodingOptions.of(64);
    List<Example> one =
        new DatasetLoader<>(
                new TextRows(Optional.of(tokenizer), LossOn.AUTO), options, 1, LoadListener.NONE)
            .load(List.of(a, b))
            .examples();
    Dataset<Example> many =
        new DatasetLoader<>(
                new TextRows(Optional.of(tokenizer), LossOn.AUTO), options, 7, LoadListener.NONE)
            .load(List.of(a, b));
    assertThat(many.examples()).isEqualTo(one).hasSize(1001);
    assertThat(many.examples().get(999).origin().number()).isEqualTo(1000);
    assertThat(many.report().kept()).isEqualTo(1001);
    assertThat(many.report().warnings()).isEmpty();
  }

  @Test
  void progressReachesTheEnd() throws IOException {
    List<Long> rows = new ArrayList<>();
    List<Double> fractions = new ArrayList<>();
    LoadListener listener =
        (done, fraction) -> {
          rows.add(done);
          fractions.add(fraction);
        };
    new DatasetLoader<>(
            new TextRows(Optional.of(tokenizer), LossOn.AUTO), EncodingOptions.of(64), 2, listener)
        .load(List.of(write("a.jsonl", lines(500)), write("b.jsonl", lines(100))));
    assertThat(rows).isSorted().endsWith(600L);
    assertThat(fractions).isSorted().endsWith(1.0);
  }

  @Test
  void dropsAreCountedByReason() throws IOException {
    Path file =
        write(
            "a.jsonl",
            """
            {"prompt": "xyxyxyxyxy", "completion": "a"}
            {"prompt": "a", "completion": "d"}
            {"prompt": "", "completion": ""}
            {"prompt": "", "completion": ""}
            {"prompt": "a", "completion": "ddddddddd"}
            """);
    LoadReport report = load(EncodingOptions.of(8), file).report();
    assertThat(report.summary())
        .isEqualTo(
            "2 of 5 rows, 12 tokens, 8 targets, 1 truncated; dropped 2 empty (first: "
                + file
                + ":3), 1 no target after truncation (first: "
                + file
                + ":1)");
  }

  @Test
  void nothingLeftIsAnError() throws IOException {
    Path cut = write("a.jsonl", "{\"prompt\": \"xyxyxyxyxy\", \"completion\": \"a\"}\n".repeat(3));
    assertThat(error(EncodingOptions.of(8), cut))
        .isEqualTo(
            cut
                + ": all 3 rows were dropped: 3 no target after truncation (first: "
                + cut
                + ":1); raise data.maxLength, or set data.truncation: keep_end");
    Path empty = write("b.jsonl", "{\"text\": \"\"}\n");
    assertThat(error(EncodingOptions.of(8), empty)).contains("all 1 rows were dropped: 1 empty");
    assertThat(error(EncodingOptions.of(8), write("c.jsonl", "\n\n")))
        .endsWith("c.jsonl has no rows; write the rows again, or name another file");
    assertThat(error(EncodingOptions.of(8), write("d.json", "[]"))).contains("has no rows");
  }

  @Test
  void theFirstErrorInTheFileWins() throws IOException {
    Path file = write("a.jsonl", lines(300) + "{\"test\": 1}\n" + lines(50) + "not json\n");
    assertThat(error(EncodingOptions.of(64), file)).startsWith(file + ":301 has no column 'text'");
    Path broken = write("b.jsonl", lines(300) + "not json\n" + lines(300) + "{\"test\": 1}\n");
    assertThat(error(EncodingOptions.of(64), broken)).startsWith(broken + ":301 is not valid JSON");
  }

  @Test
  void mappingsAreCheckedAgainstTheFirstRow() throws IOException {
    Path file = write("a.jsonl", "{\"question\": \"a\", \"answer\": \"b\"}\n");
    EncodingOptions options = EncodingOptions.of(64);
    assertThat(
            load(columns(options, "prompt", "question", "completion", "answer"), file).examples())
        .hasSize(1);
    assertThat(error(columns(options, "prompt", "question", "completion", "anwser"), file))
        .isEqualTo(
            file
                + ":1 has no column 'anwser' (data.columns: completion: anwser) (did you mean 'answer'?);"
                + " it has question, answer");
    assertThat(error(columns(options, "promt", "question", "completion", "answer"), file))
        .isEqualTo(
            "data.columns: no format has a column 'promt' (did you mean 'prompt'?); write the format's"
                + " name first and the file's second");
  }

  private static EncodingOptions columns(
      EncodingOptions options, String a, String x, String b, String y) {
    return options.withColumns(new Columns(Map.of(a, x, b, y)));
  }

  @Test
  void anEndThatIsNeverLearntIsWarnedOf() throws IOException {
    Path file = write("a.jsonl", "{\"input_ids\": [5, 6, 7]}\n");
    assertThat(load(EncodingOptions.of(8), file).report().warnings())
        .containsExactly(
            "none has the end token </s> among its targets: the model will not learn when to stop");
  }

  @Test
  void anEndThatTruncationAlwaysCutsOffIsWarnedOf() throws IOException {
    Path file = write("a.jsonl", "{\"prompt\": \"a\", \"completion\": \"ddddddddd\"}\n".repeat(2));
    assertThat(load(EncodingOptions.of(64), file).report().warnings()).isEmpty();
    assertThat(load(EncodingOptions.of(8), file).report().warnings())
        .singleElement()
        .asString()
        .contains("the model will not learn when to stop");
  }

  @Test
  void manyRowsDroppedAreWarnedOf() throws IOException {
    String kept = lines(95);
    String dropped = "{\"text\": \"\"}\n";
    Path file = write("a.jsonl", kept + dropped.repeat(5));
    assertThat(load(EncodingOptions.of(64), file).report().warnings())
        .containsExactly(
            "5 of 100 (5 %) are dropped: 5 empty (first: "
                + file
                + ":96); check which columns hold the prompt and the completion (data.columns), and"
                + " algorithm.lossOn");
    Path few = write("b.jsonl", kept + dropped.repeat(4));
    assertThat(load(EncodingOptions.of(64), few).report().warnings()).isEmpty();
  }

  @Test
  void textWithoutATokenizerIsRefused() throws IOException {
    Path file = write("a.jsonl", lines(1));
    DatasetLoader<Example> bare =
        new DatasetLoader<>(
            new TextRows(Optional.empty(), LossOn.AUTO),
            EncodingOptions.of(8),
            1,
            LoadListener.NONE);
    assertThatThrownBy(() -> bare.load(List.of(file)))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("need a tokenizer");
    Path ids = write("b.jsonl", "{\"input_ids\": [5, 6, 7]}\n");
    assertThat(bare.load(List.of(ids)).examples()).hasSize(1);
  }
}
