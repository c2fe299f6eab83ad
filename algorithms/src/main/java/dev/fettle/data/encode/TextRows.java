package dev.fettle.data.encode;

import dev.fettle.data.Example;
import dev.fettle.data.store.StoredForm;
import dev.fettle.tokenizer.Tokenizer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Rows that become one sequence of tokens each: texts, conversations, prompts with a completion,
 * token ids.
 *
 * @param tokenizer may be absent where all rows are pre-tokenised
 * @param lossOn which tokens are targets
 */
public record TextRows(Optional<Tokenizer> tokenizer, LossOn lossOn)
    implements RowEncoding<Example> {
  static final String TEXT_NAME = "text";
  static final String MESSAGES_NAME = "messages";
  static final String PAIR_NAME = "prompt-completion";
  static final String INPUTS_NAME = "inputs-targets";
  static final String INSTRUCTION_NAME = "instruction";
  private static final List<String> FOR_TEMPLATES = List.of("tools", "chat_template_kwargs");

  /** {@code input_ids} and perhaps {@code loss_mask}: used as they are, nothing added. */
  public static final RowFormat PRETOKENISED =
      RowFormat.of("pretokenised", List.of("input_ids"), List.of("loss_mask"));

  /**
   * {@code messages}, or ShareGPT's {@code conversations}: a conversation, rendered by the chat
   * template.
   */
  public static final RowFormat MESSAGES =
      new RowFormat(
          MESSAGES_NAME, List.of(List.of("messages", Messages.CONVERSATIONS)), FOR_TEMPLATES);

  /**
   * {@code prompt} and {@code completion}, or a pair of names often used for them: texts, or lists
   * of messages.
   */
  public static final RowFormat PROMPT_COMPLETION =
      RowFormat.of(PAIR_NAME, List.of("prompt", "completion"), FOR_TEMPLATES)
          .knownBy(
              pairs(
                  "question answer",
                  "question response",
                  "query response",
                  "query answer",
                  "prompt response",
                  "prompt answer",
                  "prompt output",
                  "problem solution",
                  "problem answer",
                  "question solution",
                  "input output",
                  "input target",
                  "source target",
                  "user assistant",
                  "human assistant",
                  "Question Answer",
                  "Prompt Response"));

  /**
   * {@code instruction}, perhaps {@code input} or {@code context}, and {@code output} or {@code
   * response}.
   */
  public static final RowFormat INSTRUCTION =
      new RowFormat(
          INSTRUCTION_NAME,
          List.of(List.of("instruction"), List.of("output", "response")),
          List.of("input", "context"));

  /** {@code inputs} and {@code targets}: texts, ChatML texts, or lists of messages. */
  public static final RowFormat INPUTS_TARGETS =
      RowFormat.of(INPUTS_NAME, List.of("inputs", "targets"), FOR_TEMPLATES);

  /** {@code text}: language modelling. */
  public static final RowFormat TEXT = RowFormat.of(TEXT_NAME, List.of("text"), List.of());

  private static List<Columns> pairs(String... names) {
    return Stream.of(names)
        .map(pair -> pair.split(" "))
        .map(pair -> new Columns(Map.of("prompt", pair[0], "completion", pair[1])))
        .toList();
  }

  @Override
  public List<RowFormat> formats() {
    return List.of(PRETOKENISED, MESSAGES, PROMPT_COMPLETION, INSTRUCTION, INPUTS_TARGETS, TEXT);
  }

  @Override
  public Optional<StoredForm<Example>> stored() {
    String from = tokenizer.map(Tokenizer::fingerprint).orElse("none");
    return Optional.of(
        StoredForm.ofExamples("text rows, loss on " + lossOn.name() + ", tokenizer " + from));
  }

  @Override
  public RowEncoder<Example> encoder(RowFormat format, EncodingOptions options) {
    return new TextRowEncoder(tokenizer, options, lossOn, format);
  }
}
