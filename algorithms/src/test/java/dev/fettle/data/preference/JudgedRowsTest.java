package dev.fettle.data.preference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fettle.data.encode.Columns;
import dev.fettle.data.encode.DropReason;
import dev.fettle.data.encode.Encoded;
import dev.fettle.data.encode.EncodingOptions;
import dev.fettle.data.encode.TinyTokenizer;
import dev.fettle.data.read.DataException;
import dev.fettle.data.read.Row;
import dev.fettle.data.read.RowOrigin;
import dev.fettle.tokenizer.ChatTemplate;
import dev.fettle.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows of answers that are wanted or not, and pairs taken apart. */
class JudgedRowsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final EncodingOptions OPTIONS = EncodingOptions.of(64).withVocabSize(101);

  @TempDir private static Path dir;
  private static Tokenizer tokenizer;

  @BeforeAll
  static void load() throws IOException {
    tokenizer = TinyTokenizer.in(dir);
  }

  @AfterAll
  static void close() {
    tokenizer.close();
  }

  private static Row row(String json) {
    try {
      return new Row(
          (ObjectNode) JSON.readTree(json),
          new RowOrigin(Path.of("judged.jsonl"), 4711, RowOrigin.Unit.LINE));
    } catch (IOException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static Encoded<JudgedRow> encode(String json, EncodingOptions options) {
    Row row = row(json);
    return new JudgedRows(Optional.of(tokenizer)).encoder(row, options).encode(row);
  }

  private static JudgedRow judged(String json) {
    return Objects.requireNonNull(encode(json, OPTIONS).example());
  }

  private static JudgedAnswer only(String json) {
    JudgedRow row = judged(json);
    assertThat(row.answers()).hasSize(1);
    return row.answers().get(0);
  }

  @Test
  void textsWithALabel() {
    JudgedAnswer good = only("{\"prompt\": \"q?\", \"completion\": \" yes\", \"label\": true}");
    assertThat(good.desirable()).isTrue();
    assertThat(good.example().targets()).isEqualTo(good.example().length() - 3);
    assertThat(only("{\"prompt\": \"q?\", \"completion\": \" yes\", \"label\": false}").desirable())
        .isFalse();
    assertThat(only("{\"prompt\": \"q?\", \"completion\": \" yes\", \"label\": 1}").desirable())
        .isTrue();
  }

  @Test
  void conversations() {
    EncodingOptions chat =
        OPTIONS.withChatTemplate(
            ChatTemplate.parse(
                "{% for m in messages %}{{ m.role[0] + ':' + m.content + ';' }}{% endfor %}{% if add_generation_prompt %}a:{% endif %}",
                "test", Map.of()));
    JudgedRow row =
        Objects.requireNonNull(
            encode(
                    "{\"prompt\": [{\"role\": \"user\", \"content\": \"q?\"}],"
                        + " \"completion\": [{\"role\": \"assistant\", \"content\": \"yes\"}],"
                        + " \"label\": false}",
                    chat)
                .example());
    assertThat(row.answers().get(0).desirable()).isFalse();
    assertThat(row.targets()).isEqualTo(4);
  }

  @Test
  void columnsOfOtherNames() {
    EncodingOptions mapped =
        OPTIONS.withColumns(new Columns(Map.of("completion", "answer", "label", "good")));
    JudgedRow row =
        Objects.requireNonNull(
            encode("{\"prompt\": \"q?\", \"answer\": \" yes\", \"good\": true}", mapped).example());
    assertThat(row.answers().get(0).desirable()).isTrue();
  }

  @Test
  void tokenIds() {
    JudgedAnswer answer =
        only("{\"prompt_ids\": [1, 8, 9], \"completion_ids\": [10, 2], \"label\": true}");
    assertThat(answer.example().ids()).containsExactly(1, 8, 9, 10, 2);
    assertThat(answer.example().targetMask()).containsExactly(0, 0, 0, 1, 1);
    JudgedAnswer masked =
        only(
            "{\"completion_ids\": [1, 8, 9, 10, 2], \"completion_mask\": [0, 0, 1, 0, 1],"
                + " \"label\": false}");
    assertThat(masked.example().targetMask()).containsExactly(0, 0, 1, 0, 1);
    assertThat(masked.desirable()).isFalse();
  }

  /** Pairs are two answers each; in order, as TRL takes them apart. */
  @Test
  void pairsAreTakenApart() {
    JudgedRow one = judged("{\"prompt\": \"q?\", \"chosen\": \" yes\", \"rejected\": \" no\"}");
    assertThat(one.answers()).extracting(JudgedAnswer::desirable).containsExactly(true, false);
    JudgedRow other =
        judged("{\"prompt_ids\": [1, 8], \"chosen_ids\": [9, 2], \"rejected_ids\": [10, 2]}");
    JudgedRow alone = judged("{\"prompt\": \"q?\", \"completion\": \" yes\", \"label\": false}");
    List<JudgedAnswer> apart = JudgedRow.apart(List.of(one, alone, other));
    assertThat(apart)
        .containsExactly(
            one.answers().get(0),
            alone.answers().get(0),
            other.answers().get(0),
            one.answers().get(1),
            other.answers().get(1));
  }

  /** What --out writes is read back as it was. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"prompt\": \"q?\", \"completion\": \" yes\", \"label\": true}",
        "{\"prompt\": \"q?\", \"completion\": \" no way\", \"label\": false}",
        "{\"completion_ids\": [1, 8, 9, 10, 2], \"completion_mask\": [0, 0, 1, 0, 1], \"label\":"
            + " false}",
        "{\"prompt\": \"q?\", \"chosen\": \" yes\", \"rejected\": \" no\"}"
      })
  void writtenRowsAreReadBack(String json) {
    JudgedRow row = judged(json);
    ObjectNode written = new JudgedRows(Optional.of(tokenizer)).written(row);
    JudgedRow again = judged(written.toString());
    assertThat(again.answers()).isEqualTo(row.answers());
    assertThat(new JudgedRows(Optional.of(tokenizer)).sequences(row)).hasSize(row.answers().size());
  }

  @Test
  void whatIsWrongIsSaid() {
    assertThatThrownBy(
            () -> judged("{\"prompt\": \"q?\", \"completion\": \" yes\", \"label\": \"good\"}"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("judged.jsonl:4711")
        .hasMessageContaining("'label'")
        .hasMessageContaining("not true or false");
    assertThatThrownBy(
            () -> judged("{\"prompt\": \"q?\", \"completion\": \" yes\", \"label\": null}"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("column 'label' is null");
    assertThatThrownBy(() -> judged("{\"prompt\": \"q?\", \"completion\": \" yes\"}"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("unpaired (prompt, completion, label)");
    assertThatThrownBy(
            () ->
                judged("{\"prompt_ids\": [1, 8], \"completion_ids\": [9, 1000], \"label\": true}"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("completion_ids")
        .hasMessageContaining("1000");
  }

  @Test
  void rowsWithoutAnAnswerAreDropped() {
    Encoded<JudgedRow> encoded =
        encode("{\"prompt_ids\": [1, 8], \"completion_ids\": [], \"label\": true}", OPTIONS);
    assertThat(encoded.dropped()).isEqualTo(DropReason.NO_TARGET);
  }
}
