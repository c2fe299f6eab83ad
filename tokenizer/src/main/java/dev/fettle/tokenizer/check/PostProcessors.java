package dev.fettle.tokenizer.check;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.function.IntPredicate;

/** What is put around a sequence, with ids the vocabulary has. */
final class PostProcessors {

  private static final int DEEPEST = 8;
  private static final int MOST_IDS = 64;

  /**
   * A trimmed offset leaves the space before a word to no token; masks need every character to have
   * one.
   */
  private static final boolean TRIMS = false;

  private final IntPredicate known;

  private PostProcessors(IntPredicate known) {
    this.known = known;
  }

  static JsonNode write(JsonNode node, IntPredicate known) {
    return node.isMissingNode() || node.isNull()
        ? JsonNodeFactory.instance.nullNode()
        : new PostProcessors(known).write(Part.of("post_processor", node), 0);
  }

  private ObjectNode write(Part part, int depth) {
    if (depth > DEEPEST) {
      throw new Fault(part.path() + " is more than " + DEEPEST + " deep");
    }
    String type = part.text("type");
    ObjectNode to = JsonNodeFactory.instance.objectNode().put("type", type);
    switch (type) {
      case "Sequence" -> {
        ArrayNode list = to.putArray("processors");
        List<Part> parts = part.parts("processors");
        if (parts.size() > MOST_IDS) {
          throw part.fault("processors", "has more than " + MOST_IDS + " parts");
        }
        parts.forEach(child -> list.add(write(child, depth + 1)));
      }
      case "ByteLevel" -> {
        to.put("add_prefix_space", part.flag("add_prefix_space", true));
        to.put("trim_offsets", TRIMS);
        to.put("use_regex", part.flag("use_regex", true));
      }
      case "BertProcessing" -> ends(part, to);
      case "RobertaProcessing" -> {
        ends(part, to);
        to.put("trim_offsets", TRIMS);
        to.put("add_prefix_space", part.flag("add_prefix_space", true));
      }
      case "TemplateProcessing" -> template(part, to);
      default ->
          throw part.fault(
              "type",
              "is '"
                  + type
                  + "'; known are BertProcessing, ByteLevel, RobertaProcessing, Sequence, TemplateProcessing");
    }
    return to;
  }

  private void ends(Part part, ObjectNode to) {
    for (String key : List.of("sep", "cls")) {
      JsonNode pair = part.get(key);
      if (!pair.isArray() || pair.size() != 2 || !pair.path(0).isTextual()) {
        throw part.fault(key, "must be a token and its id, not " + Part.kind(pair));
      }
      String token = Part.wellFormed(part.at(key), pair.path(0).textValue());
      to.putArray(key).add(token).add(id(part.at(key) + "[1]", pair.path(1)));
    }
  }

  private int id(String path, JsonNode value) {
    int id = Part.number(path, value, 0, CheckedJson.HIGHEST_ID);
    if (!known.test(id)) {
      throw new Fault(path + " is " + id + ", an id the vocabulary does not have");
    }
    return id;
  }

  private void template(Part part, ObjectNode to) {
    ObjectNode tokens = JsonNodeFactory.instance.objectNode();
    Part special = Part.of(part.at("special_tokens"), part.get("special_tokens"));
    special
        .node()
        .properties()
        .forEach(
            entry -> {
              String name = Part.wellFormed(special.path(), entry.getKey());
              tokens.set(name, token(Part.of(special.at(name), entry.getValue())));
            });
    to.set("single", pieces(part, "single", tokens));
    // Fettle never encodes a pair, and this one cannot fail.
    to.set("pair", pair());
    to.set("special_tokens", tokens);
  }

  private static ArrayNode pair() {
    ArrayNode pair = JsonNodeFactory.instance.arrayNode();
    for (String id : List.of("A", "B")) {
      pair.addObject().putObject("Sequence").put("id", id).put("type_id", 0);
    }
    return pair;
  }

  private ObjectNode token(Part part) {
    ObjectNode to = JsonNodeFactory.instance.objectNode().put("id", part.text("id"));
    JsonNode ids = part.get("ids");
    JsonNode tokens = part.get("tokens");
    if (!ids.isArray() || !tokens.isArray() || ids.size() != tokens.size()) {
      throw part.fault("ids", "and its tokens must be lists of one length");
    }
    if (ids.size() > MOST_IDS) {
      throw part.fault("ids", "has more than " + MOST_IDS + " ids");
    }
    ArrayNode newIds = to.putArray("ids");
    ArrayNode newTokens = to.putArray("tokens");
    for (int i = 0; i < ids.size(); i++) {
      newIds.add(id(part.at("ids") + "[" + i + "]", ids.path(i)));
      if (!tokens.path(i).isTextual()) {
        throw part.fault("tokens", "must hold texts, not " + Part.kind(tokens.path(i)));
      }
      newTokens.add(Part.wellFormed(part.at("tokens"), tokens.path(i).textValue()));
    }
    return to;
  }

  private static ArrayNode pieces(Part part, String key, ObjectNode tokens) {
    ArrayNode to = JsonNodeFactory.instance.arrayNode();
    int texts = 0;
    List<Part> pieces = part.parts(key);
    if (pieces.size() > MOST_IDS) {
      throw part.fault(key, "has more than " + MOST_IDS + " parts");
    }
    for (Part piece : pieces) {
      boolean sequence = piece.has("Sequence");
      String kind = sequence ? "Sequence" : "SpecialToken";
      Part inner = Part.of(piece.at(kind), piece.get(kind));
      String id = inner.text("id");
      if (sequence && !id.equals("A")) {
        throw inner.fault("id", "is '" + id + "'; one sequence is called A");
      }
      if (!sequence && !tokens.has(id)) {
        throw inner.fault(
            "id", "is '" + id + "', which " + part.at("special_tokens") + " does not have");
      }
      texts += sequence ? 1 : 0;
      int type = inner.has("type_id") ? inner.number("type_id", 0, 1 << 20) : 0;
      to.addObject().putObject(kind).put("id", id).put("type_id", type);
    }
    if (texts != 1) {
      throw part.fault(key, "must hold the sequence A once, not " + texts + " times");
    }
    return to;
  }
}
