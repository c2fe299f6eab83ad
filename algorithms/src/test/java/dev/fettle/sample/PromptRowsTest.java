package dev.fettle.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fettle.data.Example;
import dev.fettle.data.encode.Columns;
import dev.fettle.data.encode.Dataset;
import dev.fettle.data.encode.DatasetLoader;
import dev.fettle.data.encode.DropReason;
import dev.fettle.data.encode.Encoded;
import dev.fettle.data.encode.EncodingOptions;
import dev.fettle.data.encode.LossOn;
import dev.fettle.data.encode.TextRows;
import dev.fettle.data.encode.TinyTokenizer;
import dev.fettle.data.read.DataException;
import dev.fettle.data.read.Row;
import dev.fettle.data.read.RowOrigin;
import dev.fettle.data.store.RowCache;
import dev.fettle.tokenizer.ChatMl;
import dev.fettle.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
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

/** Rows of every kind as prompts: what the model reads, what is kept, what is dropped. */
class PromptRowsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final EncodingOptions OPTIONS =
      EncodingOptions.of(256).withVocabSize(101).withChatTemplate(ChatMl.template());
  private static final String ASKED = "<|im_start|>user\nabc?<|im_end|>\n<|im_start|>assistant\n";

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
          new RowOrigin(Path.of("prompts.jsonl"), 47, RowOrigin.Unit.LINE));
    } catch (IOException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static PromptRows rows() {
    return new PromptRows(Optional.of(tokenizer), 1);
  }

  private static Encoded<SamplePrompt> encode(String json, EncodingOptions options) {
    Row row = row(json);
    return rows().encoder(row, options).encode(row);
  }

  private static SamplePrompt prompt(String json) {
    return Objects.requireNonNull(encode(json, OPTIONS).example());
  }

  private static String error(String json) {
    try {
      encode(json, OPTIONS);
    } catch (DataException e) {
      return String.valueOf(e.getMessage());
    }
    throw new AssertionError("no error");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"prompt\": \"abc?\", \"level\": 3}",
        "{\"prompt\": \"abc?\", \"completion\": \"d\", \"level\": 3}",
        "{\"prompt\": \"abc?\", \"chosen\": \"d\", \"rejected\": \"e\", \"level\": 3}",
        "{\"prompt\": \"abc?\", \"completion\": \"d\", \"label\": true, \"level\": 3}",
        "{\"question\": \"abc?\", \"answer\": \"d\", \"level\": 3}",
        "{\"question\": \"abc?\", \"level\": 3}",
        "{\"problem\": \"abc?\", \"solution\": \"d\", \"level\": 3}",
        "{\"inputs\": \"abc?\", \"targets\": \"d\", \"level\": 3}",
        "{\"inputs\": \"abc?\", \"level\": 3}",
        "{\"history\": \"abc?\", \"human_ref_A\": \"d\", \"human_ref_B\": \"e\", \"labels\": 1,"
            + " \"level\": 3}",
        "{\"chosen\": \"abc? d\", \"rejected\": \"abc? e\", \"level\": 3}"
      })
  void everyKindOfTextGivesItsPromptAndKeepsItsColumns(String json) {
    SamplePrompt prompt = prompt(json);
    assertThat(prompt.text()).isEqualTo("abc?");
    assertThat(prompt.chat()).isFalse();
    assertThat(prompt.ids()).isEqualTo(tokenizer.encode("abc?", true).ids());
    assertThat(prompt.row().path("prompt").asText()).isEqualTo("abc?");
    row(json)
        .fields()
        .properties()
        .forEach(e -> assertThat(prompt.row().get(e.getKey())).isEqualTo(e.getValue()));
    if (json.contains("\"d\"") && !json.contains("\"e\"")) {
      assertThat(prompt.row().path("completion").asText()).isEqualTo("d");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"prompt\": [{\"role\": \"user\", \"content\": \"abc?\"}]}",
        "{\"prompt\": \"[{\\\"role\\\": \\\"user\\\", \\\"content\\\": \\\"abc?\\\"}]\"}",
        "{\"prompt\": \"abc?\", \"completion\": [{\"role\": \"assistant\", \"content\": \"d\"}]}",
        "{\"prompt\": \"abc?\", \"chosen\": [{\"role\": \"assistant\", \"content\": \"d\"}],"
            + " \"rejected\": [{\"role\": \"assistant\", \"content\": \"e\"}]}",
        "{\"messages\": [{\"role\": \"user\", \"content\": \"abc?\"}]}",
        "{\"messages\": [{\"role\": \"user\", \"content\": \"abc?\"},"
            + " {\"role\": \"assistant\", \"content\": \"d\"}]}",
        "{\"chosen\": [{\"role\": \"user\", \"content\": \"abc?\"},"
            + " {\"role\": \"assistant\", \"content\": \"d\"}],"
            + " \"rejected\": [{\"role\": \"user\", \"content\": \"abc?\"},"
            + " {\"role\": \"assistant\", \"content\": \"e\"}]}"
      })
  void everyKindOfConversationBeginsTheAssistantsTurn(String json) {
    SamplePrompt prompt = prompt(json);
    assertThat(prompt.text()).isEqualTo(ASKED);
    assertThat(prompt.chat()).isTrue();
    assertThat(prompt.ids()).isEqualTo(tokenizer.encode(ASKED, false).ids());
    assertThat(prompt.row().path("prompt").toString())
        .isEqualTo("[{\"role\":\"user\",\"content\":\"abc?\"}]");
  }

  @Test
  void theAssistantsLastTurnIsTheAnswerAndNotShown() {
    SamplePrompt prompt =
        prompt(
            """
            {"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"},
             {"role": "user", "content": "c"}, {"role": "assistant", "content": "secret"}]}
            """);
    assertThat(prompt.text()).contains("assistant\nb<|im_end|>").doesNotContain("secret");
    assertThat(prompt.row().path("completion").asText()).isEqualTo("secret");
    assertThat(prompt.row().path("messages").size()).isEqualTo(4);
    assertThat(prompt.row().path("prompt").size()).isEqualTo(3);
  }

  @Test
  void aPromptIsHowTheRowBeginsThatIsTrainedOn() {
    String json =
        """
        {"prompt": [{"role": "system", "content": "s"}, {"role": "user", "content": "abc?"}],
         "completion": "d"}
        """;
    Row row = row(json);
    int[] trained =
        Objects.requireNonNull(
                new TextRows(Optional.of(tokenizer), LossOn.COMPLETION)
                    .encoder(row, OPTIONS)
                    .encode(row)
                    .example())
            .ids();
    int[] asked = prompt(json).ids();
    assertThat(Arrays.copyOf(trained, asked.length)).isEqualTo(asked);
  }

  @Test
  void instructionsUseTheTemplateOfTraining() {
    SamplePrompt prompt = prompt("{\"instruction\": \"Say\", \"input\": \"x\", \"output\": \"d\"}");
    assertThat(prompt.text()).contains("### Instruction:\nSay\n").endsWith("### Response:\n");
    assertThat(prompt.text()).contains("### Input:\nx\n");
    assertThat(prompt.row().path("completion").asText()).isEqualTo("d");
    assertThat(prompt("{\"instruction\": \"Say\"}").text()).doesNotContain("### Input");
  }

  @Test
  void aConversationWrittenOutGetsNoSecondBeginning() {
    SamplePrompt prompt = prompt("{\"prompt\": \"<|im_start|>user\\nabc?<|im_end|>\\n\"}");
    assertThat(prompt.chat()).isTrue();
    assertThat(prompt.ids()[0]).isNotEqualTo(TinyTokenizer.BOS);
  }

  @Test
  void plainTextsCanBePutAsAUsersMessage() {
    Row row = row("{\"prompt\": \"abc?\"}");
    SamplePrompt prompt =
        new PromptRows(Optional.of(tokenizer), 1, true).encoder(row, OPTIONS).encode(row).example();
    assertThat(Objects.requireNonNull(prompt).text()).isEqualTo(ASKED);
    assertThat(prompt.row().path("prompt").isArray()).isTrue();
  }

  @Test
  void tokenIdsAreUsedAsTheyAre() {
    SamplePrompt prompt = prompt("{\"prompt_ids\": [40, 41, 42], \"chosen_ids\": [43]}");
    assertThat(prompt.ids()).containsExactly(40, 41, 42);
    assertThat(prompt.text()).isEqualTo(tokenizer.decode(new int[] {40, 41, 42}, false));
    assertThat(prompt.row().has("chosen_ids")).isTrue();
    assertThat(error("{\"prompt_ids\": [40, 101]}"))
        .isEqualTo(
            "prompts.jsonl:47 has token 101 in its prompt, outside the model's vocabulary of 101;"
                + " correct the row or delete it");
    assertThat(error("{\"prompt_ids\": [40, -1]}")).contains("has token -1 in its prompt");
    assertThat(error("{\"prompt_ids\": [40, 1.5]}")).contains("1.5 at position 1");
    assertThat(error("{\"prompt_ids\": \"abc\"}")).contains("is a text, not an array");
  }

  @Test
  void tokenIdsNeedNoTokenizer() {
    Row row = row("{\"prompt_ids\": [40, 41]}");
    SamplePrompt prompt =
        new PromptRows(Optional.empty(), 1).encoder(row, OPTIONS).encode(row).example();
    assertThat(Objects.requireNonNull(prompt).ids()).containsExactly(40, 41);
    Row text = row("{\"prompt\": \"abc\"}");
    assertThatThrownBy(() -> new PromptRows(Optional.empty(), 1).encoder(text, OPTIONS))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("prompt_ids");
  }

  @Test
  void aPromptThatLeavesNoRoomIsDroppedAndNeverCut() {
    EncodingOptions ten = EncodingOptions.of(10).withVocabSize(101);
    PromptRows rows = new PromptRows(Optional.of(tokenizer), 4);
    // The token that begins a text counts.
    Row fits = row("{\"prompt\": \"vwxyz\"}");
    Row longer = row("{\"prompt\": \"uvwxyz\"}");
    assertThat(Objects.requireNonNull(rows.encoder(fits, ten).encode(fits).example()).length())
        .isEqualTo(6);
    Encoded<SamplePrompt> dropped = rows.encoder(longer, ten).encode(longer);
    assertThat(dropped.example()).isNull();
    assertThat(dropped.dropped()).isEqualTo(DropReason.PROMPT_TOO_LONG);
  }

  @Test
  void whatHasNoPromptIsDroppedOrRefused() {
    assertThat(
            encode("{\"messages\": [{\"role\": \"assistant\", \"content\": \"d\"}]}", OPTIONS)
                .dropped())
        .isEqualTo(DropReason.EMPTY);
    assertThat(encode("{\"chosen\": \"abc\", \"rejected\": \"xyz\"}", OPTIONS).dropped())
        .isEqualTo(DropReason.EMPTY);
    assertThat(error("{\"text\": \"abc\"}")).contains("fit no format");
    assertThat(error("{\"prompt\": 3}")).contains("column 'prompt' is a number, not text");
    assertThat(error("{\"prompt\": null}")).contains("has null for 'prompt'");
    assertThat(error("{\"prompt\": \"\\ud83d\"}")).contains("half of a character");
    // An empty text begins a text, as when a model is asked to generate one.
    assertThat(prompt("{\"prompt\": \"\"}").ids()).containsExactly(TinyTokenizer.BOS);
  }

  @Test
  void columnsMayBeMapped() {
    Row row = row("{\"frage\": \"abc?\", \"antwort\": \"d\"}");
    EncodingOptions mapped =
        OPTIONS.withColumns(new Columns(Map.of("prompt", "frage", "completion", "antwort")));
    SamplePrompt prompt = Objects.requireNonNull(rows().encoder(row, mapped).encode(row).example());
    assertThat(prompt.text()).isEqualTo("abc?");
    assertThat(prompt.row().path("completion").asText()).isEqualTo("d");
    assertThat(prompt.row().path("antwort").asText()).isEqualTo("d");
  }

  @Test
  void promptsAreNumberedOverAllFilesAndComeBackFromTheCache() throws IOException {
    Path a =
        Files.writeString(
            dir.resolve("a.jsonl"),
            "{\"prompt\": \"a\"}\n{\"prompt\": \""
                + "z".repeat(300)
                + "\"}\n{\"prompt\": \"b\"}\n");
    Path b =
        Files.writeString(
            dir.resolve("b.jsonl"),
            "{\"messages\": [{\"role\": \"user\", \"content\": \"c\"}], \"x\": 1.5}\n");
    DatasetLoader<SamplePrompt> loader = DatasetLoader.of(rows(), OPTIONS);
    Dataset<SamplePrompt> heap = loader.load(List.of(a, b));
    assertThat(heap.examples()).extracting(SamplePrompt::index).containsExactly(0L, 2L, 3L);
    assertThat(heap.report().dropped()).containsOnlyKeys(DropReason.PROMPT_TOO_LONG);
    assertThat(heap.report().findings()).isEmpty();
    RowCache cache = new RowCache(dir.resolve("cache"));
    for (int i = 0; i < 2; i++) {
      List<SamplePrompt> stored = loader.load(List.of(a, b), cache).examples();
      for (int p = 0; p < 3; p++) {
        SamplePrompt expected = heap.examples().get(p);
        assertThat(stored.get(p)).isEqualTo(expected);
        assertThat(stored.get(p).text()).isEqualTo(expected.text());
        assertThat(stored.get(p).chat()).isEqualTo(expected.chat());
      }
    }
  }

  @Test
  void whatIsWrittenIsReadAsTheSameTokens() throws IOException {
    SamplePrompt prompt = prompt("{\"question\": \"abc?\", \"answer\": \"d\"}");
    SamplePrompt again = prompt(JSON.writeValueAsString(rows().written(prompt)));
    assertThat(again.ids()).isEqualTo(prompt.ids());
    assertThat(again.row().path("answer").asText()).isEqualTo("d");
    Example shown = Objects.requireNonNull(rows().sequences(prompt).get(""));
    assertThat(shown.ids()).isEqualTo(prompt.ids());
    assertThat(shown.targets()).isZero();
  }
}
