package dev.fettle.data.preference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fettle.data.Example;
import dev.fettle.data.encode.Columns;
import dev.fettle.data.encode.DropReason;
import dev.fettle.data.encode.Encoded;
import dev.fettle.data.encode.EncodingOptions;
import dev.fettle.data.encode.TinyTokenizer;
import dev.fettle.data.pack.PromptGroup;
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
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows of preferences in every format: which text is the prompt, which answer is better. */
class PreferenceRowsTest {
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
          new RowOrigin(Path.of("prefs.jsonl"), 4711, RowOrigin.Unit.LINE));
    } catch (IOException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static Encoded<PreferencePair> encode(String json, EncodingOptions options) {
    Row row = row(json);
    return new PreferenceRows(Optional.of(tokenizer)).encoder(row, options).encode(row);
  }

  private static PreferencePair pair(String json) {
    return kept(encode(json, OPTIONS));
  }

  private static PreferencePair kept(Encoded<PreferencePair> encoded) {
    return Objects.requireNonNull(encoded.example());
  }

  /** The text of an example, its targets in brackets, its end token as a bar. */
  private static String shown(Example e) {
    StringBuilder text = new StringBuilder();
    boolean inside = false;
    for (int i = 0; i < e.length(); i++) {
      boolean target = e.targetMask()[i] == 1;
      if (target != inside) {
        text.append(target ? '[' : ']');
        inside = target;
      }
      text.append(
          switch (e.ids()[i]) {
            case TinyTokenizer.BOS -> "";
            case TinyTokenizer.EOS -> "|";
            case 4 -> "bc";
            case 5 -> " ";
            case 6 -> "/";
            default -> String.valueOf((char) ('!' + e.ids()[i] - 7));
          });
    }
    return text.append(inside ? "]" : "").toString();
  }

  @Test
  void explicitPrompts() {
    PreferencePair pair =
        pair("{\"prompt\": \"q?\", \"chosen\": \" yes\", \"rejected\": \" no\", \"margin\": 0.5}");
    assertThat(shown(pair.chosen())).isEqualTo("q?[ yes|]");
    assertThat(shown(pair.rejected())).isEqualTo("q?[ no|]");
    assertThat(pair.margin()).isEqualTo(0.5f);
    // The prompt's three tokens are read once.
    assertThat(pair.length()).isEqualTo(pair.chosen().length() + pair.rejected().length() - 2);
  }

  @Test
  void columnsOfOtherNames() {
    EncodingOptions mapped =
        OPTIONS.withColumns(new Columns(Map.of("prompt", "ask", "chosen", "good")));
    String json = "{\"ask\": \"q?\", \"good\": \" yes\", \"rejected\": \" no\"}";
    PreferencePair pair = kept(encode(json, mapped));
    assertThat(shown(pair.chosen())).isEqualTo("q?[ yes|]");
  }

  /** As TRL's extract_prompt splits them: a space before the difference is the answers'. */
  @Test
  void implicitPrompts() {
    PreferencePair pair = pair("{\"chosen\": \"q? yes\", \"rejected\": \"q? no\"}");
    assertThat(shown(pair.chosen())).isEqualTo("q?[ yes|]");
    assertThat(shown(pair.rejected())).isEqualTo("q?[ no|]");
    PreferencePair within = pair("{\"chosen\": \"abc\", \"rejected\": \"abd\"}");
    assertThat(shown(within.chosen())).isEqualTo("a[bc|]");
    assertThat(shown(within.rejected())).isEqualTo("ab[d|]");
  }

  /** The answers of a dialogue are its last ones, also where they begin alike. */
  @Test
  void dialogues() {
    PreferencePair pair =
        pair(
            "{\"chosen\": \"\\n\\nHuman: a\\n\\nAssistant: b c\", \"rejected\": \"\\n\\nHuman: a\\n\\nAssistant: b d\"}");
    assertThat(shown(pair.chosen())).isEqualTo("//Human: a//Assistant:[ b c|]");
    assertThat(shown(pair.rejected())).isEqualTo("//Human: a//Assistant:[ b d|]");
    PreferencePair turns =
        pair(
            "{\"chosen\": \"\\n\\nHuman: a\\n\\nAssistant: b\", \"rejected\": \"\\n\\nHuman: z\\n\\nAssistant: b\"}");
    assertThat(shown(turns.chosen())).isEqualTo("//Human:[ a//Assistant: b|]");
  }

  @Test
  void conversations() {
    EncodingOptions chat =
        OPTIONS.withChatTemplate(
            ChatTemplate.parse(
                "{% for m in messages %}{{ m.role[0] + ':' + m.content + ';' }}{% endfor %}{% if add_generation_prompt %}a:{% endif %}",
                "test", Map.of()));
    String turns = "{\"role\": \"user\", \"content\": \"x\"}";
    String yes = "{\"role\": \"assistant\", \"content\": \"y\"}";
    String no = "{\"role\": \"assistant\", \"content\": \"n\"}";
    PreferencePair explicit =
        kept(
            encode(
                "{\"prompt\": [%s], \"chosen\": [%s], \"rejected\": [%s]}"
                    .formatted(turns, yes, no),
                chat));
    PreferencePair implicit =
        kept(
            encode(
                "{\"chosen\": [%s, %s], \"rejected\": [%s, %s]}".formatted(turns, yes, turns, no),
                chat));
    assertThat(explicit).isEqualTo(implicit);
    assertThat(shown(explicit.chosen())).isEqualTo("u:x;a:[y;]");
    assertThat(shown(explicit.rejected())).isEqualTo("u:x;a:[n;]");
  }

  @Test
  void scoredAnswers() {
    String row = "{\"history\": \"q?\", \"human_ref_A\": \" a\", \"human_ref_B\": \" b\", %s}";
    assertThat(shown(pair(row.formatted("\"labels\": 1")).chosen())).isEqualTo("q?[ a|]");
    assertThat(shown(pair(row.formatted("\"labels\": 0")).chosen())).isEqualTo("q?[ b|]");
    assertThat(shown(pair(row.formatted("\"score_A\": 2, \"score_B\": 9")).chosen()))
        .isEqualTo("q?[ b|]");
    assertThat(encode(row.formatted("\"score_A\": 2, \"score_B\": 2"), OPTIONS).dropped())
        .isEqualTo(DropReason.NO_TARGET);
  }

  @Test
  void tokenIds() {
    PreferencePair pair =
        pair("{\"prompt_ids\": [0, 9], \"chosen_ids\": [10, 11], \"rejected_ids\": [12]}");
    assertThat(pair.chosen().ids()).containsExactly(0, 9, 10, 11);
    assertThat(pair.chosen().targetMask()).containsExactly(0, 0, 1, 1);
    assertThat(pair.rejected().targetMask()).containsExactly(0, 0, 1);
    PreferencePair whole = pair("{\"chosen_ids\": [0, 9, 10], \"rejected_ids\": [0, 9, 12, 13]}");
    assertThat(whole.chosen().targetMask()).containsExactly(0, 0, 1);
    assertThat(whole.rejected().targetMask()).containsExactly(0, 0, 1, 1);
  }

  @Test
  void whatCannotBeUsedIsNamed() {
    assertThatThrownBy(() -> pair("{\"prompt\": \"q\", \"chosen\": 3, \"rejected\": \"n\"}"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("prefs.jsonl:4711")
        .hasMessageContaining("chosen");
    assertThatThrownBy(() -> pair("{\"chosen\": [], \"rejected\": \"n\"}"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("both answers are text, or both lists");
    assertThatThrownBy(() -> pair("{\"chosen_ids\": [0, 500], \"rejected_ids\": [0, 1]}"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("chosen_ids")
        .hasMessageContaining("500");
    assertThatThrownBy(
            () ->
                pair(
                    "{\"prompt\": \"q\", \"chosen\": \"y\", \"rejected\": \"n\", \"margin\": \"x\"}"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("margin");
    assertThatThrownBy(() -> pair("{\"question\": \"q\", \"better\": \"y\"}"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("chosen");
  }

  /**
   * What is written is read back as the same pair, also where a token straddles the prompt's end.
   */
  @Test
  void writtenRowsComeBack() {
    for (String row :
        List.of(
            "{\"prompt\": \"q?\", \"chosen\": \" yes\", \"rejected\": \" no\", \"margin\": 0.5}",
            "{\"chosen\": \"abc\", \"rejected\": \"abd\"}")) {
      PreferencePair pair = pair(row);
      PreferenceRows rows = new PreferenceRows(Optional.of(tokenizer));
      assertThat(rows.sequences(pair)).containsOnlyKeys("chosen", "rejected");
      assertThat(pair(rows.written(pair).toString())).isEqualTo(pair);
    }
    assertThatThrownBy(
            () ->
                pair(
                    "{\"chosen_ids\": [0, 9], \"rejected_ids\": [0, 8], \"chosen_mask\": [0, 2], \"rejected_mask\": [0, 1]}"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("chosen_mask")
        .hasMessageContaining("0 or 1");
  }

  /** A group's prompt and answers put together again are the sequences they came from. */
  @Test
  void promptsAreReadOnce() {
    PreferencePair pair = pair("{\"prompt\": \"abc?\", \"chosen\": \" x\", \"rejected\": \" yy\"}");
    var parts = PromptGroup.of(List.of(pair.chosen(), pair.rejected()));
    int[] prompt = parts.get(0).ids();
    assertThat(prompt.length).isPositive();
    for (int i = 1; i < parts.size(); i++) {
      Example whole = i == 1 ? pair.chosen() : pair.rejected();
      assertThat(IntStream.concat(IntStream.of(prompt), IntStream.of(parts.get(i).ids())).toArray())
          .isEqualTo(whole.ids());
      assertThat(parts.get(i).targets()).isEqualTo(whole.targets());
      assertThat(parts.get(i).targetMask()[0]).isZero();
    }
  }
}
