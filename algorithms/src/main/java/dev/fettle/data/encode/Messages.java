package dev.fettle.data.encode;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fettle.data.read.Row;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.stream.Collectors;

/**
 * Reads lists of messages as data sets hold them: objects with {@code role} and {@code content}, or
 * ShareGPT's {@code from} and {@code value}, which become those as in TRL's {@code
 * maybe_convert_to_chatml}; or the JSON of such a list in a text. May be used by many threads.
 */
final class Messages {

  /** ShareGPT's column, whose messages have a sender where others have a role. */
  static final String CONVERSATIONS = "conversations";

  private static final String MESSAGES = "messages";
  private static final String ROLE = "role";
  private static final String CONTENT = "content";
  private static final String FROM = "from";
  private static final String VALUE = "value";

  /** Senders that most templates do not know, and what they would call them. */
  private static final Map<String, String> SENDERS =
      Map.of(
          "human",
          "user",
          "gpt",
          "assistant",
          "bot",
          "assistant",
          "model",
          "assistant",
          "chatgpt",
          "assistant");

  private final Map<String, String> roles;

  /** Senders met that were kept as roles, though most templates know others. */
  private final SortedSet<String> unusual = new ConcurrentSkipListSet<>();

  /**
   * A reader.
   *
   * @param roles what the files call the roles, as {@code human -> user}; others are kept
   */
  Messages(Map<String, String> roles) {
    this.roles = roles;
  }

  /** A sentence about senders that were kept as roles; nothing where there were none. */
  List<String> findings() {
    Set<String> senders = unusual;
    return senders.isEmpty()
        ? List.of()
        : List.of(
            "the senders "
                + String.join(", ", senders)
                + " are kept as roles, as TRL does; where the chat template knows other roles, set"
                + " data.roles: {"
                + senders.stream()
                    .map(s -> s + ": " + SENDERS.get(s))
                    .collect(Collectors.joining(", "))
                + "}");
  }

  /** The conversation of a row. */
  ArrayNode conversation(Fields fields) {
    boolean shareGpt =
        fields.optional(CONVERSATIONS).map(Messages::isShareGpt).orElse(false)
            || fields.optional(MESSAGES).isEmpty();
    String column =
        shareGpt && fields.optional(CONVERSATIONS).isPresent() ? CONVERSATIONS : MESSAGES;
    JsonNode value = fields.required(column, CONVERSATIONS);
    if (value.isTextual()) {
      value = fields.json(value.textValue(), column);
    }
    return list(value, column, fields);
  }

  /** Where a row has both columns, TRL takes the one it converts. */
  private static boolean isShareGpt(JsonNode conversations) {
    JsonNode first = conversations.path(0);
    return conversations.isTextual() || (first.has(FROM) && first.has(VALUE));
  }

  /**
   * The messages of a column that may also hold one text, which is then a message.
   *
   * @param role of a lone text
   */
  ArrayNode listOrText(String column, String role, Fields fields) {
    JsonNode value = fields.required(column);
    if (!value.isTextual()) {
      return list(value, column, fields);
    }
    if (Fields.holdsMessages(value)) {
      return list(fields.json(value.textValue(), column), column, fields);
    }
    ArrayNode one = JsonNodeFactory.instance.arrayNode();
    one.addObject().put(ROLE, role).put(CONTENT, value.textValue());
    return one;
  }

  private ArrayNode list(JsonNode value, String column, Fields fields) {
    if (!(value instanceof ArrayNode given)) {
      throw fields.wrong(column, "is " + Row.kind(value) + ", not a list of messages");
    }
    if (given.isEmpty()) {
      throw fields.wrong(column, "is an empty list of messages");
    }
    ArrayNode messages = JsonNodeFactory.instance.arrayNode();
    for (int i = 0; i < given.size(); i++) {
      messages.add(message(given.get(i), i, column, fields));
    }
    return messages;
  }

  private JsonNode message(JsonNode given, int index, String column, Fields fields) {
    JsonNode message = given;
    boolean convert =
        given.has(FROM) && (column.equals(CONVERSATIONS) || !given.path(ROLE).isTextual());
    if (convert && given instanceof ObjectNode object) {
      message = converted(object);
    }
    JsonNode role = message.path(ROLE);
    if (!role.isTextual()) {
      throw fields.wrong(
          column,
          "holds a message without a role (number "
              + (index + 1)
              + "); each must be like {\"role\": \"user\", \"content\": \"...\"}");
    }
    String name = role.textValue();
    String mapped = roles.get(name);
    if (mapped != null) {
      return ((ObjectNode) message.deepCopy()).put(ROLE, mapped);
    }
    if (convert && SENDERS.containsKey(name)) {
      unusual.add(name);
    }
    return message;
  }

  private static ObjectNode converted(ObjectNode given) {
    ObjectNode message = given.deepCopy();
    message.set(ROLE, message.remove(FROM));
    if (message.has(VALUE)) {
      message.set(CONTENT, message.remove(VALUE));
    }
    return message;
  }
}
