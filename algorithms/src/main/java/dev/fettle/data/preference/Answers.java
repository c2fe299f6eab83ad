package dev.fettle.data.preference;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.fettle.data.encode.RowFormat;
import dev.fettle.data.read.Row;
import java.util.List;
import java.util.Optional;

/** A prompt and its answers: all texts, or all lists of messages. */
record Answers(JsonNode prompt, JsonNode chosen, JsonNode rejected) {
  private static final String TURN = "\n\nAssistant:";

  /**
   * Those of a row; nothing where no answer is the better one.
   *
   * @param fields under the format's names
   */
  static Optional<Answers> of(RowFormat format, PairFields fields) {
    return switch (format.name()) {
      case "preference-scored" -> scored(fields);
      case "preference-implicit" -> implicit(fields);
      default ->
          Optional.of(
              new Answers(
                  fields.required("prompt"),
                  fields.required("chosen"),
                  fields.required("rejected")));
    };
  }

  /** As columns of a row. */
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
