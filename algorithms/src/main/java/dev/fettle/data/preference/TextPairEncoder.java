package dev.fettle.data.preference;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.fettle.data.Example;
import dev.fettle.data.encode.Columns;
import dev.fettle.data.encode.DropReason;
import dev.fettle.data.encode.Encoded;
import dev.fettle.data.encode.EncodingOptions;
import dev.fettle.data.encode.LossOn;
import dev.fettle.data.encode.RowEncoder;
import dev.fettle.data.encode.RowFormat;
import dev.fettle.data.encode.TextRows;
import dev.fettle.data.read.Row;
import dev.fettle.tokenizer.Tokenizer;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Encodes pairs of texts or conversations: each answer as the completion of the prompt. */
final class TextPairEncoder implements RowEncoder<PreferencePair> {
  private static final String TURN = "\n\nAssistant:";

  private final Columns columns;
  private final RowFormat format;
  private final RowEncoder<Example> chosen;
  private final RowEncoder<Example> rejected;

  TextPairEncoder(Optional<Tokenizer> tokenizer, EncodingOptions options, RowFormat format) {
    this.columns = options.columns();
    this.format = format;
    this.chosen = completions(tokenizer, options, "chosen");
    this.rejected = completions(tokenizer, options, "rejected");
  }

  private static RowEncoder<Example> completions(
      Optional<Tokenizer> tokenizer, EncodingOptions options, String column) {
    return new TextRows(tokenizer, LossOn.COMPLETION)
        .encoder(
            TextRows.PROMPT_COMPLETION,
            options.withColumns(new Columns(Map.of("completion", column))));
  }

  @Override
  public Encoded<PreferencePair> encode(Row row) {
    PairFields fields = new PairFields(columns.apply(row));
    Optional<Answers> answers =
        switch (format.name()) {
          case "preference-scored" -> scored(fields);
          case "preference-implicit" -> implicit(fields);
          default ->
              Optional.of(
                  new Answers(
                      fields.required("prompt"),
                      fields.required("chosen"),
                      fields.required("rejected")));
        };
    if (answers.isEmpty()) {
      return Encoded.drop(DropReason.NO_TARGET);
    }
    Row split = new Row(answers.get().fields(fields), row.origin());
    return fields.paired(chosen.encode(split), rejected.encode(split));
  }

  /** A prompt and its answers: all texts, or all lists of messages. */
  private record Answers(JsonNode prompt, JsonNode chosen, JsonNode rejected) {

    ObjectNode fields(PairFields from) {
      ObjectNode fields = from.row().fields().objectNode();
      fields.set("prompt", prompt);
      fields.set("chosen", chosen);
      fields.set("rejected", rejected);
      for (String beside : List.of("tools", "chat_template_kwargs")) {
        from.optional(beside).ifPresent(value -> fields.set(beside, value));
      }
      return fields;
    }
  }

  /** Nothing where no answer is the better one. */
  private static Optional<Answers> scored(PairFields fields) {
    double first;
    if (fields.optional("labels").isPresent()) {
      first = fields.number("labels") - 0.5;
    } else {
      first = fields.number("score_A") - fields.number("score_B");
    }
    JsonNode a = fields.required("human_ref_A");
    JsonNode b = fields.required("human_ref_B");
    JsonNode prompt = fields.required("history");
    if (first == 0) {
      return Optional.empty();
    }
    return Optional.of(first > 0 ? new Answers(prompt, a, b) : new Answers(prompt, b, a));
  }

  private static Optional<Answers> implicit(PairFields fields) {
    JsonNode chosen = fields.required("chosen");
    JsonNode rejected = fields.required("rejected");
    if (chosen.isArray() && rejected.isArray()) {
      return messages((ArrayNode) chosen, (ArrayNode) rejected);
    }
    for (String column : List.of("chosen", "rejected")) {
      if (!fields.required(column).isTextual()) {
        throw fields.wrong(
            column,
            "is " + Row.kind(fields.required(column)) + "; both answers are text, or both lists");
      }
    }
    return texts(chosen.textValue(), rejected.textValue());
  }

  private static Optional<Answers> messages(ArrayNode chosen, ArrayNode rejected) {
    int shared = 0;
    while (shared < Math.min(chosen.size(), rejected.size())
        && chosen.get(shared).equals(rejected.get(shared))) {
      shared++;
    }
    if (shared == chosen.size() || shared == rejected.size()) {
      return Optional.empty();
    }
    return Optional.of(
        new Answers(part(chosen, 0, shared), rest(chosen, shared), rest(rejected, shared)));
  }

  private static ArrayNode rest(ArrayNode messages, int from) {
    return part(messages, from, messages.size());
  }

  private static ArrayNode part(ArrayNode messages, int from, int to) {
    ArrayNode part = messages.arrayNode();
    for (int i = from; i < to; i++) {
      part.add(messages.get(i));
    }
    return part;
  }

  /** Of dialogues, the last answers, where all before them is the same. */
  private static Optional<Answers> texts(String chosen, String rejected) {
    if (chosen.equals(rejected)) {
      return Optional.empty();
    }
    int turn = chosen.lastIndexOf(TURN);
    int prompt =
        turn >= 0
                && turn == rejected.lastIndexOf(TURN)
                && rejected.startsWith(chosen.substring(0, turn))
            ? turn + TURN.length()
            : sharedPrompt(chosen, rejected);
    return Optional.of(
        new Answers(
            TextNode.valueOf(chosen.substring(0, prompt)),
            TextNode.valueOf(chosen.substring(prompt)),
            TextNode.valueOf(rejected.substring(prompt))));
  }

  /** As TRL's {@code extract_prompt}: a space before the difference belongs to the answers. */
  private static int sharedPrompt(String chosen, String rejected) {
    int least = Math.min(chosen.length(), rejected.length());
    int at = 0;
    while (at < least && chosen.charAt(at) == rejected.charAt(at)) {
      at++;
    }
    // One begins the other: as TRL, the last shared character stays with the answers.
    if (at == least) {
      return Math.max(0, at - 1);
    }
    return at > 0 && chosen.charAt(at - 1) == ' ' ? at - 1 : at;
  }
}
