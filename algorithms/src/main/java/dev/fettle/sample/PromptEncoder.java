package dev.fettle.sample;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fettle.data.encode.DropReason;
import dev.fettle.data.encode.Encoded;
import dev.fettle.data.encode.EncodingOptions;
import dev.fettle.data.encode.PromptTexts;
import dev.fettle.data.encode.PromptTexts.Written;
import dev.fettle.data.encode.RowEncoder;
import dev.fettle.data.encode.RowFormat;
import dev.fettle.data.encode.TextRows;
import dev.fettle.data.preference.PreferenceRows;
import dev.fettle.data.read.DataException;
import dev.fettle.data.read.Row;
import dev.fettle.tokenizer.Tokenizer;
import dev.fettle.tokenizer.TokenizerException;
import java.util.List;
import java.util.Optional;

/** Encodes the rows of one format as prompts. */
final class PromptEncoder implements RowEncoder<SamplePrompt> {
  private static final String PROMPT = "prompt";
  private static final String COMPLETION = "completion";

  /** Where an answer may be beside a prompt; it is a conversation where one of these is. */
  private static final List<String> ANSWERS = List.of(COMPLETION, "chosen", "rejected");

  private final PromptRows rows;
  private final RowFormat format;
  private final EncodingOptions options;
  private final PromptTexts texts;

  /**
   * An encoder.
   *
   * @throws DataException where text is to be encoded without a tokenizer
   */
  PromptEncoder(PromptRows rows, RowFormat format, EncodingOptions options) {
    if (rows.tokenizer().isEmpty() && !format.equals(PromptRows.PRETOKENISED)) {
      throw new DataException(
          "rows of "
              + format.name()
              + " need a tokenizer, and the model has none; add tokenizer.json to its directory, or"
              + " give rows with prompt_ids");
    }
    this.rows = rows;
    this.format = format;
    this.options = options;
    this.texts = new PromptTexts(rows.tokenizer(), options, rows.asChat());
  }

  @Override
  public List<String> findings() {
    return texts.findings();
  }

  @Override
  public Encoded<SamplePrompt> encode(Row row) {
    Row named = options.columns().apply(row);
    try {
      if (format.equals(PromptRows.PRETOKENISED)) {
        return pretokenised(row, named);
      }
      Optional<Written> written = written(named);
      return written.isEmpty() ? Encoded.drop(DropReason.EMPTY) : encode(row, written.get());
    } catch (TokenizerException e) {
      throw new DataException(row.origin() + " " + e.getMessage(), e);
    }
  }

  private Optional<Written> written(Row named) {
    if (format.equals(TextRows.MESSAGES)) {
      return texts.ofMessages(named);
    }
    if (format.equals(PromptRows.INSTRUCTION)) {
      return Optional.of(texts.ofInstruction(named));
    }
    if (format.equals(PromptRows.INPUTS)) {
      return Optional.of(texts.of("inputs", List.of("targets"), named));
    }
    if (format.equals(PreferenceRows.SCORED)) {
      return Optional.of(texts.of("history", List.of(), named));
    }
    if (format.equals(PreferenceRows.IMPLICIT)) {
      return PreferenceRows.sharedPrompt(named)
          .filter(p -> p.isTextual() ? !p.textValue().isEmpty() : !p.isEmpty())
          .map(p -> texts.of(PROMPT, List.of(), with(named, p)));
    }
    return Optional.of(texts.of(PROMPT, ANSWERS, named));
  }

  private static Row with(Row row, JsonNode prompt) {
    ObjectNode fields = row.fields().deepCopy();
    fields.set(PROMPT, prompt);
    return new Row(fields, row.origin());
  }

  private Encoded<SamplePrompt> encode(Row row, Written written) {
    Tokenizer tokenizer = rows.tokenizer().orElseThrow();
    int[] ids = PromptIds.of(tokenizer, written.text(), written.chat());
    ObjectNode columns = row.fields().deepCopy();
    columns.set(PROMPT, written.prompt());
    // Of two answers neither is the one to be given.
    if (!format.equals(PreferenceRows.EXPLICIT) && !columns.has(COMPLETION)) {
      written.answer().ifPresent(a -> columns.set(COMPLETION, plain(a)));
    }
    return finish(row, new SamplePrompt(0, columns, written.text(), written.chat(), ids));
  }

  /** An answer of one message is its text. */
  private static JsonNode plain(JsonNode answer) {
    boolean one = answer.isArray() && answer.size() == 1;
    return one && answer.get(0).path("content").isTextual() ? answer.get(0).get("content") : answer;
  }

  private Encoded<SamplePrompt> pretokenised(Row row, Row named) {
    JsonNode given = named.fields().path("prompt_ids");
    if (!given.isArray()) {
      throw wrong(row, "is " + Row.kind(given) + ", not an array of integers");
    }
    int[] ids = new int[given.size()];
    for (int i = 0; i < ids.length; i++) {
      JsonNode id = given.get(i);
      if (!id.canConvertToInt() || !id.canConvertToExactIntegral()) {
        throw wrong(row, "has " + id + " at position " + i + ", not an integer");
      }
      ids[i] = id.intValue();
    }
    String text = text(ids);
    ObjectNode columns = row.fields().deepCopy();
    if (!columns.has(PROMPT)) {
      columns.put(PROMPT, text);
    }
    return finish(row, new SamplePrompt(0, columns, text, PromptIds.isChat(text), ids));
  }

  private String text(int[] ids) {
    for (int id : ids) {
      if (id < 0) {
        return "";
      }
    }
    return rows.tokenizer().map(t -> t.decode(ids, false)).orElse("");
  }

  private Encoded<SamplePrompt> finish(Row row, SamplePrompt prompt) {
    int vocabulary = options.vocabSize().orElse(Integer.MAX_VALUE);
    for (int i = 0; i < prompt.length(); i++) {
      int id = prompt.ids()[i];
      if (id < 0 || id >= vocabulary) {
        String name = rows.tokenizer().flatMap(t -> t.tokenOf(id)).orElse("");
        throw DataException.at(
            row.origin(),
            "has token "
                + id
                + (name.isEmpty() ? "" : " ('" + name + "')")
                + " in its prompt, outside the model's vocabulary of "
                + vocabulary
                + "; correct the row or delete it");
      }
    }
    if (prompt.length() == 0) {
      return Encoded.drop(DropReason.EMPTY);
    }
    return prompt.length() > (long) options.maxLength() - rows.answerTokens()
        ? Encoded.drop(DropReason.PROMPT_TOO_LONG)
        : new Encoded<>(prompt, null, false, false);
  }

  private DataException wrong(Row row, String what) {
    String name = options.columns().names().getOrDefault("prompt_ids", "prompt_ids");
    return DataException.at(
        row.origin(), "column '" + name + "' " + what + "; correct the row or delete it");
  }
}
