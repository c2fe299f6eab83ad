package dev.fettle.data.encode;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fettle.data.Example;
import dev.fettle.data.Made;
import dev.fettle.data.read.DataException;
import dev.fettle.data.read.DataFiles;
import dev.fettle.data.read.Row;
import dev.fettle.tokenizer.ChatMl;
import dev.fettle.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RowEncoderTest {

  private static final EncodingOptions DEFAULTS =
      EncodingOptions.of(EncodingOptions.UNLIMITED).withChatTemplate(ChatMl.template());

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
      return new Row((ObjectNode) DataFiles.JSON.readTree(json.replace('\'', '"')), Made.origin(7));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static Encoded<Example> encode(String json, EncodingOptions options) {
    return encode(json, options, LossOn.AUTO);
  }

  private static Encoded<Example> encode(String json, EncodingOptions options, LossOn lossOn) {
    Row row = row(json);
    return new TextRows(Optional.of(tokenizer), lossOn).encoder(row, options).encode(row);
  }

  private static Example example(String json, EncodingOptions options) {
    return Objects.requireNonNull(encode(json, options).example());
  }

  /** The text with targets in brackets: {@code <s>ab[c</s>]}. */
  private static String shown(String json, EncodingOptions options) {
    return shown(json, options, LossOn.AUTO);
  }

  private static String shown(String json, EncodingOptions options, LossOn lossOn) {
    Encoded<Example> encoded = encode(json, options, lossOn);
    if (encoded.example() == null) {
      return String.valueOf(encoded.dropped());
    }
    StringBuilder out = new StringBuilder();
    boolean open = false;
    Example example = encoded.example();
    for (int i = 0; i < example.length(); i++) {
      boolean target = example.targetMask()[i] != 0;
      if (target != open) {
        out.append(target ? '[' : ']');
        open = target;
      }
      out.append(tokenizer.decode(new int[] {example.ids()[i]}, false));
    }
    return out.append(open ? "]" : "").toString();
  }

  private static String error(String json, EncodingOptions options) {
    return error(json, options, LossOn.AUTO);
  }

  private static String error(String json, EncodingOptions options, LossOn lossOn) {
    try {
      encode(json, options, lossOn);
    } catch (DataException e) {
      assertThat(e.getMessage()).doesNotContain("\n");
      return String.valueOf(e.getMessage());
    }
    throw new AssertionError("no error");
  }

  @Test
  void textIsAllTarget() {
    assertThat(shown("{'text': 'ab'}", DEFAULTS)).isEqualTo("<s>[ab</s>]");
    assertThat(encode("{'text': 'ab'}", DEFAULTS).endLearnt()).isTrue();
  }

  @Test
  void anEndTokenIsNotAddedTwice() {
    assertThat(shown("{'text': 'ab</s>'}", DEFAULTS)).isEqualTo("<s>[ab</s>]");
    assertThat(shown("{'prompt': 'a', 'completion': 'b</s>'}", DEFAULTS)).isEqualTo("<s>a[b</s>]");
  }

  @Test
  void onlyTheCompletionIsTarget() {
    String row = "{'prompt': 'ab ', 'completion': 'cd'}";
    assertThat(shown(row, DEFAULTS)).isEqualTo("<s>ab [cd</s>]");
    assertThat(shown(row, DEFAULTS, LossOn.ALL)).isEqualTo("<s>[ab cd</s>]");
  }

  @Test
  void aTokenAcrossTheBoundaryBelongsToTheCompletion() {
    Example example = example("{'prompt': 'ab', 'completion': 'cd'}", DEFAULTS);
    assertThat(example.ids())
        .containsExactly(
            TinyTokenizer.BOS,
            TinyTokenizer.id('a'),
            TinyTokenizer.BC,
            TinyTokenizer.id('d'),
            TinyTokenizer.EOS);
    assertThat(example.targetMask()).containsExactly(0, 0, 1, 1, 1);
  }

  /** The tiny tokenizer has no token for the bytes of these, and its offsets go astray. */
  @Test
  void charactersWithoutATokenDoNotShiftTheMask() {
    assertThat(shown("{'prompt': 'x\u201cyz\u201d', 'completion': 'ad'}", DEFAULTS))
        .isEqualTo("<s>xyz[ad</s>]");
    String row =
        "{'messages': [{'role': 'user', 'content': '\u00e9a'}, {'role': 'assistant', 'content':"
            + " '\u00e9d'}, {'role': 'user', 'content': 'x'}]}";
    assertThat(shown(row, DEFAULTS, LossOn.ASSISTANT))
        .isEqualTo(
            """
            <|im_start|>user
            a<|im_end|>
            <|im_start|>assistant
            [d<|im_end|>]
            <|im_start|>user
            x<|im_end|>
            """);
  }

  @Test
  void aPromptWithoutTextStillHasAContext() {
    assertThat(shown("{'prompt': '', 'completion': 'ab'}", DEFAULTS)).isEqualTo("<s>[ab</s>]");
    assertThat(shown("{'prompt': 'ab', 'completion': ''}", DEFAULTS)).isEqualTo("<s>ab[</s>]");
  }

  @Test
  void instructionsTakeAlpacasPrompt() {
    assertThat(shown("{'instruction': 'Add.', 'input': '1+1', 'output': '2'}", DEFAULTS))
        .isEqualTo(
            """
            <s>Below is an instruction that describes a task, paired with an input that provides \
            further context. Write a response that appropriately completes the request.

            ### Instruction:
            Add.

            ### Input:
            1+1

            ### Response:
            [2</s>]""");
    String dolly = "{'id': 1, 'instruction': 'Say {input}', 'context': '', 'response': 'hi'}";
    assertThat(shown(dolly, DEFAULTS))
        .isEqualTo(
            """
            <s>Below is an instruction that describes a task. Write a response that appropriately \
            completes the request.

            ### Instruction:
            Say {input}

            ### Response:
            [hi</s>]""");
    InstructionTemplate own = new InstructionTemplate("{instruction}/{input}: ", "{instruction}: ");
    assertThat(shown(dolly, DEFAULTS.withInstructionTemplate(own)))
        .isEqualTo("<s>Say {input}: [hi</s>]");
  }

  @Test
  void messagesAreRenderedAndBringTheirOwnTokens() {
    String row =
        "{'messages': [{'role': 'user', 'content': 'a'}, {'role': 'assistant', 'content': 'b'},"
            + " {'role': 'user', 'content': 'c'}, {'role': 'assistant', 'content': 'd'}]}";
    assertThat(shown(row, DEFAULTS))
        .isEqualTo(
            """
            <|im_start|>[user
            a<|im_end|>
            <|im_start|>assistant
            b<|im_end|>
            <|im_start|>user
            c<|im_end|>
            <|im_start|>assistant
            d<|im_end|>
            ]""");
    assertThat(shown(row, DEFAULTS, LossOn.ASSISTANT))
        .isEqualTo(
            """
            <|im_start|>user
            a<|im_end|>
            <|im_start|>assistant
            [b<|im_end|>]
            <|im_start|>user
            c<|im_end|>
            <|im_start|>assistant
            [d<|im_end|>]
            """);
    assertThat(shown(row, DEFAULTS, LossOn.COMPLETION))
        .isEqualTo(
            """
            <|im_start|>user
            a<|im_end|>
            <|im_start|>assistant
            b<|im_end|>
            <|im_start|>user
            c<|im_end|>
            <|im_start|>assistant
            [d<|im_end|>
            ]""");
  }

  @Test
  void promptsAndCompletionsMayBeMessages() {
    String rendered = "<|im_start|>user\na<|im_end|>\n<|im_start|>assistant\n";
    String lists =
        "{'prompt': [{'role': 'user', 'content': 'a'}],"
            + " 'completion': [{'role': 'assistant', 'content': 'b'}]}";
    assertThat(shown(lists, DEFAULTS)).isEqualTo(rendered + "[b<|im_end|>\n]");
    assertThat(shown(lists, DEFAULTS, LossOn.ASSISTANT)).isEqualTo(rendered + "[b<|im_end|>]\n");
    assertThat(shown("{'inputs': [{'role': 'user', 'content': 'a'}], 'targets': 'b'}", DEFAULTS))
        .isEqualTo(rendered + "[b<|im_end|>\n]");
    String two =
        "{'prompt': [{'role': 'user', 'content': 'a'}, {'role': 'assistant', 'content': 'x'},"
            + " {'role': 'user', 'content': 'c'}], 'completion': 'b'}";
    assertThat(shown(two, DEFAULTS, LossOn.ASSISTANT))
        .endsWith(
            "x<|im_end|>\n<|im_start|>user\nc<|im_end|>\n<|im_start|>assistant\n[b<|im_end|>]\n");
  }

  @Test
  void inputsAndTargetsMayBeTextOrChatMl() {
    assertThat(shown("{'inputs': 'a ', 'targets': 'b'}", DEFAULTS)).isEqualTo("<s>a [b</s>]");
    String opening = "<|im_start|>user\\na<|im_end|>\\n<|im_start|>assistant\\n";
    String rendered = "<|im_start|>user\na<|im_end|>\n<|im_start|>assistant\n[b<|im_end|>]";
    assertThat(shown("{'inputs': '" + opening + "', 'targets': 'b'}", DEFAULTS))
        .isEqualTo(rendered);
    assertThat(shown("{'inputs': '" + opening + "', 'targets': 'b<|im_end|>'}", DEFAULTS))
        .isEqualTo(rendered);
  }

  @Test
  void preTokenisedRowsAreUsedAsTheyAre() {
    Example all = example("{'input_ids': [5, 6, 7]}", DEFAULTS);
    assertThat(all.ids()).containsExactly(5, 6, 7);
    assertThat(all.targetMask()).containsExactly(0, 1, 1);
    Example some =
        example("{'input_ids': [5, 6, 7], 'loss_mask': [1, 0, 1], 'text': 'x'}", DEFAULTS);
    assertThat(some.targetMask()).containsExactly(0, 0, 1);
    assertThat(
            new TextRows(Optional.empty(), LossOn.AUTO)
                .encoder(TextRows.PRETOKENISED, DEFAULTS)
                .encode(row("{'input_ids': [1, 2]}"))
                .example())
        .isNotNull();
  }

  @Test
  void truncationKeepsOneEnd() {
    EncodingOptions four = EncodingOptions.of(4);
    String row = "{'prompt': 'xyz', 'completion': 'abd'}";
    assertThat(shown(row, four.withTruncation(Truncation.KEEP_END))).isEqualTo("a[bd</s>]");
    assertThat(shown(row, EncodingOptions.of(6))).isEqualTo("<s>xyz[ab]");
    assertThat(encode(row, EncodingOptions.of(6)).truncated()).isTrue();
    assertThat(shown(row, four)).isEqualTo("no target after truncation");
  }

  @Test
  void rowsWithoutAnythingToLearnAreDroppedWithTheReason() {
    assertThat(shown("{'text': ''}", DEFAULTS)).isEqualTo("empty");
    assertThat(shown("{'input_ids': []}", DEFAULTS)).isEqualTo("empty");
    assertThat(shown("{'input_ids': [3]}", DEFAULTS)).isEqualTo("too short to predict anything");
    assertThat(shown("{'input_ids': [3, 4], 'loss_mask': [1, 0]}", DEFAULTS))
        .isEqualTo("no target");
    assertThat(
            shown("{'messages': [{'role': 'user', 'content': 'a'}]}", DEFAULTS, LossOn.ASSISTANT))
        .isEqualTo("no target");
    EncodingOptions thinking =
        DEFAULTS.withChatTemplate(
            tokenizer.chatTemplate(
                "{% for m in messages %}{{ m.content }}{% endfor %}"
                    + "{% if add_generation_prompt %}<think>{% endif %}",
                "test"));
    assertThat(shown("{'prompt': [{'role': 'user', 'content': 'a'}], 'completion': 'b'}", thinking))
        .isEqualTo("chat template changes the prompt once it is answered");
  }

  @Test
  void columnsMayHaveOtherNames() {
    EncodingOptions mapped =
        DEFAULTS.withColumns(new Columns(Map.of("prompt", "question", "completion", "answer")));
    assertThat(shown("{'question': 'a', 'answer': 'd', 'prompt': 1}", mapped))
        .isEqualTo("<s>a[d</s>]");
    assertThat(error("{'question': 'a'}", mapped.withFormat(TextRows.PROMPT_COMPLETION)))
        .isEqualTo(
            "made.jsonl:7 has no column 'answer' (data.columns: completion: answer); it has question");
  }

  @Test
  void missingAndWrongColumnsAreNamed() {
    assertThat(error("{'propmt': 'a', 'completion': 'b'}", DEFAULTS))
        .isEqualTo(
            "made.jsonl:7 has columns propmt, completion, which fit no format this algorithm"
                + " reads; map them with data.columns, as in {prompt: ..., completion: ...}; formats are pretokenised (input_ids),"
                + " messages (messages|conversations), prompt-completion (prompt, completion), instruction"
                + " (instruction, output|response), inputs-targets (inputs, targets), text (text)");
    assertThat(error("{'prompt': 'a', 'chosen': 'b', 'rejected': 'c'}", DEFAULTS))
        .contains("has columns prompt, chosen, rejected, which fit no format this algorithm reads");
    assertThat(error("{'text': 5}", DEFAULTS))
        .isEqualTo(
            "made.jsonl:7 column 'text' is a number, not text; correct the row or delete it");
    assertThat(error("{'text': null}", DEFAULTS))
        .isEqualTo(
            "made.jsonl:7 has null for 'text'; its columns are text; correct the row or delete it");
    assertThat(error("{'input_ids': 'x'}", DEFAULTS))
        .contains("is a text, not an array of integers");
    assertThat(error("{'input_ids': [1, 2.5]}", DEFAULTS))
        .contains("has 2.5 at position 1, not an integer");
    assertThat(error("{'input_ids': [1, 2], 'loss_mask': [1]}", DEFAULTS))
        .contains("'loss_mask' has 1 entries for 2 input_ids");
    assertThat(error("{'input_ids': [1, 2], 'loss_mask': [0, 7]}", DEFAULTS))
        .contains("has 7 at position 1, where 0 or 1 is wanted");
    assertThat(error("{'input_ids': [1, 999]}", DEFAULTS.withVocabSize(512)))
        .contains("has 999 at position 1, outside the vocabulary of 512");
    assertThat(error("{'messages': 5}", DEFAULTS)).contains("is a number, not a list of messages");
    assertThat(error("{'messages': []}", DEFAULTS)).contains("is an empty list of messages");
    assertThat(error("{'messages': [{'content': 'a'}]}", DEFAULTS))
        .contains("holds a message without a role (number 1)");
  }

  @Test
  void lossThatTheRowsCannotGiveIsRefused() {
    assertThat(error("{'text': 'a'}", DEFAULTS, LossOn.COMPLETION))
        .contains("is plain text without a completion");
    assertThat(error("{'text': 'a'}", DEFAULTS, LossOn.ASSISTANT))
        .contains("is plain text, not a conversation");
    String chat = "{'messages': [{'role': 'user', 'content': 'a'}]}";
    assertThat(error(chat, DEFAULTS, LossOn.COMPLETION))
        .contains("ends with a message that is not the assistant's");
    EncodingOptions unmarked =
        DEFAULTS.withChatTemplate(tokenizer.chatTemplate("{{ messages[0].content }}", "test"));
    assertThat(error(chat, unmarked, LossOn.ASSISTANT)).contains("has no {% generation %} blocks");
    assertThat(error(chat, EncodingOptions.of(8))).contains("the model has no chat template");
    assertThat(
            error(
                chat,
                DEFAULTS.withChatTemplate(
                    tokenizer.chatTemplate("{{ raise_exception('no tools') }}", "t.jinja"))))
        .startsWith("made.jsonl:7 t.jinja")
        .contains("no tools");
  }
}
