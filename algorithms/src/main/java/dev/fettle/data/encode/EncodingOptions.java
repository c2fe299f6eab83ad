package dev.fettle.data.encode;

import dev.fettle.data.store.ContentKey;
import dev.fettle.tokenizer.ChatTemplate;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * How rows become token ids.
 *
 * @param format what the columns mean, by name; found from each file's first row where absent
 * @param columns what the file calls them
 * @param maxLength tokens kept of a row; {@link #UNLIMITED} where packing splits long rows
 * @param truncation which end is kept
 * @param instructionTemplate the prompt of instruction rows
 * @param chatTemplate for conversations; the tokenizer's own where absent
 * @param roles what the files call the roles of messages, as {@code human -> user}; others are kept
 * @param vocabSize ids of pre-tokenised rows must be below it; unchecked where absent
 */
public record EncodingOptions(
    Optional<String> format,
    Columns columns,
    int maxLength,
    Truncation truncation,
    InstructionTemplate instructionTemplate,
    Optional<ChatTemplate> chatTemplate,
    Map<String, String> roles,
    OptionalInt vocabSize) {

  /** No row is too long. */
  public static final int UNLIMITED = Integer.MAX_VALUE;

  /** Copies the roles; checks the length. */
  public EncodingOptions {
    roles = Map.copyOf(roles);
    if (maxLength < 2) {
      throw new IllegalArgumentException("maxLength must be at least 2, not " + maxLength);
    }
  }

  /** The defaults: the format is detected, the end of a long row is cut off. */
  public static EncodingOptions of(int maxLength) {
    return new EncodingOptions(
        Optional.empty(),
        Columns.asTheyAre(),
        maxLength,
        Truncation.KEEP_START,
        InstructionTemplate.alpaca(),
        Optional.empty(),
        Map.of(),
        OptionalInt.empty());
  }

  /** The same for a format that is known. */
  public EncodingOptions withFormat(RowFormat known) {
    return new EncodingOptions(
        Optional.of(known.name()),
        columns,
        maxLength,
        truncation,
        instructionTemplate,
        chatTemplate,
        roles,
        vocabSize);
  }

  /** The same with other column names. */
  public EncodingOptions withColumns(Columns others) {
    return new EncodingOptions(
        format, others, maxLength, truncation, instructionTemplate, chatTemplate, roles, vocabSize);
  }

  /** The same, keeping another end of rows that are too long. */
  public EncodingOptions withTruncation(Truncation other) {
    return new EncodingOptions(
        format, columns, maxLength, other, instructionTemplate, chatTemplate, roles, vocabSize);
  }

  /** The same with another prompt for instruction rows. */
  public EncodingOptions withInstructionTemplate(InstructionTemplate other) {
    return new EncodingOptions(
        format, columns, maxLength, truncation, other, chatTemplate, roles, vocabSize);
  }

  /** The same with a chat template in place of the tokenizer's. */
  public EncodingOptions withChatTemplate(ChatTemplate other) {
    return new EncodingOptions(
        format,
        columns,
        maxLength,
        truncation,
        instructionTemplate,
        Optional.of(other),
        roles,
        vocabSize);
  }

  /** The same for files with roles of their own. */
  public EncodingOptions withRoles(Map<String, String> others) {
    return new EncodingOptions(
        format,
        columns,
        maxLength,
        truncation,
        instructionTemplate,
        chatTemplate,
        others,
        vocabSize);
  }

  /** The same for a model of so many tokens. */
  public EncodingOptions withVocabSize(int size) {
    return new EncodingOptions(
        format,
        columns,
        maxLength,
        truncation,
        instructionTemplate,
        chatTemplate,
        roles,
        OptionalInt.of(size));
  }

  /** Adds all that rows are encoded by, in an order of its own. */
  void addTo(ContentKey key) {
    key.text(format.orElse(""));
    key.number(columns.names().size());
    new TreeMap<>(columns.names()).forEach((name, inFile) -> key.text(name).text(inFile));
    key.number(maxLength);
    key.text(truncation.name());
    key.text(instructionTemplate.withInput()).text(instructionTemplate.withoutInput());
    key.text(chatTemplate.map(ChatTemplate::fingerprint).orElse(""));
    key.number(roles.size());
    new TreeMap<>(roles).forEach((theirs, ours) -> key.text(theirs).text(ours));
    key.number(vocabSize.orElse(-1));
  }
}
