package dev.fettle.data.encode;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fettle.data.Example;
import dev.fettle.data.Made;
import dev.fettle.data.read.DataException;
import dev.fettle.data.read.DataFiles;
import dev.fettle.data.read.Row;
import dev.fettle.data.read.RowReader;
import dev.fettle.tokenizer.ChatMl;
import dev.fettle.tokenizer.ChatTemplate;
import dev.fettle.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Conversations in all the forms data sets have them in, and columns that hold JSON in a text. */
class MessageFormsTest {

  private static final EncodingOptions CHAT_ML =
      EncodingOptions.of(4096).withChatTemplate(ChatMl.template());
  private static final EncodingOptions TOOLS =
      EncodingOptions.of(4096)
          .withChatTemplate(
              ChatTemplate.parse(
                  "{%- if tools %}T{{ tools | tojson }};{% endif %}{%- for m in messages"
                      + " %}{{ m.role }}:{{ m.content }}{% if m.tool_calls %}C{{ m.tool_calls |"
                      + " tojson }}{% endif %};{%- endfor %}{% if x is defined %}x={{ x }}{% endif %}",
                  "test", Map.of()));
  private static final String HI =
      "<|im_start|>user\nhi<|im_end|>\n<|im_start|>assistant\nyo<|im_end|>\n";

  private static Tokenizer tokenizer;

  @BeforeAll
  static void open(@TempDir Path directory) throws IOException {
    tokenizer = TinyTokenizer.in(directory);
  }

  @AfterAll
  static void close() {
    tokenizer.close();
  }

  private static Row row(String json) {
    try {
      return new Row((ObjectNode) DataFiles.JSON.readTree(json), Made.origin(7));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static RowEncoder<Example> encoder(Row row, EncodingOptions options) {
    return new TextRows(Optional.of(tokenizer), LossOn.AUTO).encoder(row, options);
  }

  /** The text of a row; an apostrophe stands for a quotation mark. */
  private static String text(String json, EncodingOptions options) {
    Row row = row(json.replace('\'', '"'));
    Example example = Objects.requireNonNull(encoder(row, options).encode(row).example());
    return tokenizer.decode(example.ids(), false);
  }

  private static String error(String json, EncodingOptions options) {
    try {
      text(json, options);
    } catch (DataException e) {
      assertThat(e.getMessage()).startsWith(Made.origin(7).toString()).doesNotContain("\n");
      return String.valueOf(e.getMessage());
    }
    throw new AssertionError("no error for " + json);
  }

  /** A text of JSON inside JSON. */
  private static String quoted(String json) {
    return new com.fasterxml.jackson.databind.node.TextNode(json.replace('\'', '"')).toString();
  }

  @Test
  void shareGptIsConvertedAsTrlDoes() {
    String rows =
        "{'conversations': [{'from': 'user', 'value': 'hi'}, {'from': 'assistant', 'value': 'yo'}]}";
    assertThat(text(rows, CHAT_ML)).isEqualTo(HI);
    String gpt =
        "{'conversations': [{'from': 'human', 'value': 'hi'}, {'from': 'gpt', 'value': 'yo'}]}";
    assertThat(text(gpt, CHAT_ML))
        .isEqualTo("<|im_start|>human\nhi<|im_end|>\n<|im_start|>gpt\nyo<|im_end|>\n");
    assertThat(text(gpt, CHAT_ML.withRoles(Map.of("human", "user", "gpt", "assistant"))))
        .isEqualTo(HI);
    // The column alone, with messages as they are elsewhere.
    assertThat(
            text(
                "{'conversations': [{'role': 'user', 'content': 'hi'}, {'role': 'assistant', 'content': 'yo'}]}",
                CHAT_ML))
        .isEqualTo(HI);
    // Other columns of the row, and of a message, are passed over or passed on.
    assertThat(
            text(
                "{'id': 1, 'system': null, 'conversations': [{'from': 'user', 'value': 'hi', 'weight': 1}, {'from': 'assistant', 'value': 'yo'}]}",
                CHAT_ML))
        .isEqualTo(HI);
    // Beside messages it is what TRL takes.
    assertThat(
            text(
                "{'messages': [{'role': 'user', 'content': 'no'}], 'conversations': [{'from': 'user', 'value': 'hi'}, {'from': 'assistant', 'value': 'yo'}]}",
                CHAT_ML))
        .isEqualTo(HI);
    assertThat(
            text(
                "{'prompt': [{'from': 'user', 'value': 'hi'}], 'completion': [{'from': 'assistant', 'value': 'yo'}]}",
                CHAT_ML))
        .isEqualTo(HI);
  }

  @Test
  void sendersThatTemplatesDoNotKnowAreToldOfOnce() {
    Row row =
        row(
            "{\"conversations\": [{\"from\": \"human\", \"value\": \"a\"}, {\"from\": \"gpt\", \"value\": \"b\"}]}");
    RowEncoder<Example> encoder = encoder(row, CHAT_ML);
    encoder.encode(row);
    encoder.encode(row);
    assertThat(encoder.findings())
        .containsExactly(
            "the senders gpt, human are kept as roles, as TRL does; where the chat template knows"
                + " other roles, set data.roles: {gpt: assistant, human: user}");
    RowEncoder<Example> mapped =
        encoder(row, CHAT_ML.withRoles(Map.of("human", "user", "gpt", "assistant")));
    mapped.encode(row);
    assertThat(mapped.findings()).isEmpty();
  }

  @Test
  void listsOfMessagesMayBeTexts() {
    String hi =
        quoted("[{'role': 'user', 'content': 'hi'}, {'role': 'assistant', 'content': 'yo'}]");
    for (String column : List.of("messages", "conversations")) {
      assertThat(text("{\"" + column + "\": " + hi + "}", CHAT_ML)).isEqualTo(HI);
    }
    String sent = quoted("[{'from': 'user', 'value': 'hi'}, {'from': 'assistant', 'value': 'yo'}]");
    assertThat(text("{\"conversations\": " + sent + "}", CHAT_ML)).isEqualTo(HI);
    String prompt = quoted("[{'role': 'user', 'content': 'hi'}]");
    String completion = quoted(" [{'role': 'assistant', 'content': 'yo'}] ");
    assertThat(text("{\"prompt\": " + prompt + ", \"completion\": " + completion + "}", CHAT_ML))
        .isEqualTo(HI);
    // A prompt that is any other list in brackets is text.
    assertThat(text("{'prompt': '[1, 2]', 'completion': '[3]'}", CHAT_ML))
        .isEqualTo("<s>[1, 2][3]</s>");
    assertThat(error("{'messages': 'hi'}", CHAT_ML))
        .contains("column 'messages' is a text that is not valid JSON");
    assertThat(error("{'messages': '{}'}", CHAT_ML))
        .contains("column 'messages' is an object, not a list of messages");
    assertThat(error("{'messages': '[]'}", CHAT_ML)).contains("is an empty list of messages");
    assertThat(error("{'conversations': [{'value': 'hi'}]}", CHAT_ML))
        .contains("column 'conversations' holds a message without a role (number 1)");
  }

  @Test
  void toolsMayBeAText() {
    String messages = "'messages': [{'role': 'user', 'content': 'hi'}]";
    String tools = "[{'type': 'function', 'function': {'name': 'f'}}]";
    String whole = "T[{\"type\": \"function\", \"function\": {\"name\": \"f\"}}];user:hi;";
    assertThat(text("{" + messages + ", 'tools': " + tools + "}", TOOLS)).isEqualTo(whole);
    assertThat(
            text("{" + messages.replace('\'', '"') + ", \"tools\": " + quoted(tools) + "}", TOOLS))
        .isEqualTo(whole);
    for (String none : List.of("null", "[]", "'null'", "'[]'")) {
      assertThat(text("{" + messages + ", 'tools': " + none + "}", TOOLS)).isEqualTo("user:hi;");
    }
    for (String wrong : List.of("''", "'f'", "'[1'", "'{}'", "{}", "1", "'1'", "[1]", "'[null]'")) {
      assertThat(error("{" + messages + ", 'tools': " + wrong + "}", TOOLS))
          .contains("column 'tools' ");
    }
  }

  @Test
  void theTemplatesVariablesMayBeAText() {
    String messages = "'messages': [{'role': 'user', 'content': 'hi'}], ";
    for (String x : List.of("{'x': 1}", "'{\\'x\\': 1}'")) {
      assertThat(text("{" + messages + "'chat_template_kwargs': " + x + "}", TOOLS))
          .isEqualTo("user:hi;x=1");
    }
    for (String none : List.of("null", "{}", "'null'", "'{}'")) {
      assertThat(text("{" + messages + "'chat_template_kwargs': " + none + "}", TOOLS))
          .isEqualTo("user:hi;");
    }
    for (String wrong : List.of("'x'", "'{\\'x\\':1}}'", "[]", "'[1]'", "1", "''")) {
      assertThat(error("{" + messages + "'chat_template_kwargs': " + wrong + "}", TOOLS))
          .contains("column 'chat_template_kwargs' ");
    }
  }

  /** As in transformers: what a template makes of a text is the template's affair. */
  @Test
  void argumentsOfToolCallsStayWhatTheyAre() {
    String call =
        "{'messages': [{'role': 'assistant', 'content': '', 'tool_calls': [{'function': {'name': 'f', 'arguments': %s}}]}]}";
    assertThat(text(call.formatted("{'a': 1}"), TOOLS))
        .isEqualTo("assistant:C[{\"function\": {\"name\": \"f\", \"arguments\": {\"a\": 1}}}];");
    assertThat(text(call.formatted("'{\\'a\\': 1}'"), TOOLS))
        .isEqualTo(
            "assistant:C[{\"function\": {\"name\": \"f\", \"arguments\": \"{\\\"a\\\": 1}\"}}];");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "question answer",
        "question response",
        "query response",
        "prompt response",
        "problem solution",
        "input output",
        "source target",
        "Question Answer"
      })
  void commonPairsNeedNoColumns(String pair) {
    String[] names = pair.split(" ", -1);
    String json = "{'%s': 'a', '%s': 'd', 'id': 3}".formatted(names[0], names[1]);
    assertThat(text(json, CHAT_ML)).isEqualTo("<s>ad</s>");
    EncodingOptions named = CHAT_ML.withFormat(TextRows.PROMPT_COMPLETION);
    assertThat(text(json, named)).isEqualTo("<s>ad</s>");
    Row row = row(json.replace('\'', '"'));
    Example example = Objects.requireNonNull(encoder(row, CHAT_ML).encode(row).example());
    assertThat(example.targetMask()).containsExactly(0, 0, 1, 1);
  }

  @Test
  void aPairWithMoreBesideItMustBeNamed() {
    assertThat(error("{'question': 'a', 'context': 'c', 'answer': 'd'}", CHAT_ML))
        .contains(
            "has columns question, context, answer, which fit no format",
            "map them with data.columns, as in {completion: answer, prompt: question}");
    assertThat(error("{'question': 'a', 'answers': 'd'}", CHAT_ML))
        .contains("as in {prompt: ..., completion: ...}");
    // Columns that fit as they are come first.
    assertThat(text("{'question': 'a', 'answer': 'd', 'text': 'x'}", CHAT_ML))
        .isEqualTo("<s>x</s>");
    // Errors of later rows name the file's columns.
    Row first = row("{\"question\": \"a\", \"answer\": \"d\"}");
    RowEncoder<Example> encoder = encoder(first, CHAT_ML);
    try {
      encoder.encode(row("{\"question\": \"a\"}"));
      throw new AssertionError("no error");
    } catch (DataException e) {
      assertThat(e).hasMessageContaining("has no column 'answer' (completion)");
    }
  }

  @Test
  void halfACharacterIsRefused() {
    assertThat(error("{'text': 'a\\ud83d'}", CHAT_ML))
        .contains("holds half of a character, \\ud83d");
    assertThat(error("{'text': '\\ude00a'}", CHAT_ML)).contains("half of a character, \\ude00");
    assertThat(error("{'messages': [{'role': 'user', 'content': '\\ud83d\\ud83d'}]}", CHAT_ML))
        .contains("half of a character");
    assertThat(text("{'text': 'a', 'other': '\\ud83d'}", CHAT_ML)).isEqualTo("<s>a</s>");
    assertThat(text("{'text': 'a\\u0000b'}", CHAT_ML)).isNotEmpty();
  }

  private static Path cases() {
    Path cases = Path.of(System.getProperty("fettle.shared", "../shared")).resolve("cases");
    Assumptions.assumeTrue(Files.isDirectory(cases), () -> "no cases at " + cases);
    return cases;
  }

  private static Row first(Path file) {
    try (RowReader reader = RowReader.open(file)) {
      return reader.next().orElseThrow();
    }
  }

  /** The ids TRL 1.13 trained on. */
  @ParameterizedTest
  @ValueSource(
      strings = {"data-sharegpt", "data-tools-string", "data-chatml-base", "data-slow-qwen2"})
  void theCasesOfSharedDataAreTokenisedAsTrlDoes(String name) {
    Path directory = cases().resolve(name);
    Row row = first(directory.resolve("rows.jsonl"));
    JsonNode expected = first(directory.resolve("expected.jsonl")).fields();
    try (Tokenizer own = Tokenizer.load(directory.resolve("model"))) {
      Example example =
          Objects.requireNonNull(
              new TextRows(Optional.of(own), LossOn.AUTO)
                  .encoder(row, EncodingOptions.of(4096))
                  .encode(row)
                  .example());
      assertThat(example.ids())
          .isEqualTo(
              IntStream.range(0, expected.get("ids").size())
                  .map(i -> expected.get("ids").get(i).intValue())
                  .toArray());
      assertThat(IntStream.range(0, example.length()).map(i -> example.targetMask()[i]))
          .containsExactlyElementsOf(
              IntStream.range(0, example.length())
                  .map(i -> expected.get("mask").get(i).intValue())
                  .boxed()
                  .toList());
    }
  }

  @Test
  void theOddRowsOfSharedDataAreRead() {
    Path odd = cases().resolve("row-odd");
    Row digits = first(odd.resolve("digits.jsonl"));
    assertThat(
            tokenizer.decode(
                Objects.requireNonNull(encoder(digits, CHAT_ML).encode(digits).example()).ids(),
                false))
        .isEqualTo("<s>x</s>");
    Row messages = first(odd.resolve("msgstring.jsonl"));
    assertThat(
            tokenizer.decode(
                Objects.requireNonNull(encoder(messages, CHAT_ML).encode(messages).example()).ids(),
                false))
        .isEqualTo("<|im_start|>user\nhi<|im_end|>\n<|im_start|>assistant\nhello<|im_end|>\n");
    // The template does not ask for x, but the row can be read.
    Row variables = first(odd.resolve("kwstring.jsonl"));
    assertThat(
            tokenizer.decode(
                Objects.requireNonNull(encoder(variables, TOOLS).encode(variables).example()).ids(),
                false))
        .isEqualTo("user:hi;assistant:hello;x=1");
  }
}
