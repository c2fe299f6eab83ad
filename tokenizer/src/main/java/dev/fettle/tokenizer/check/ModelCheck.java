package dev.fettle.tokenizer.check;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The model: its vocabulary, and the merges or scores that go with it. */
final class ModelCheck {

  /** The library's time on a word grows with the square of this. */
  private static final int LONGEST_WORD = 1000;

  private ModelCheck() {}

  static ObjectNode write(JsonNode node) {
    if (!node.isObject()) {
      throw new Fault(
          "has no \"model\"; a Hugging Face tokenizer.json is wanted, fetch the file again");
    }
    Part part = Part.of("model", node);
    String type = part.has("type") ? part.text("type") : guess(part);
    ObjectNode to = JsonNodeFactory.instance.objectNode().put("type", type);
    switch (type) {
      case "BPE" -> bpe(part, to);
      case "WordPiece" -> {
        to.put("unk_token", part.text("unk_token"));
        to.put("continuing_subword_prefix", part.text("continuing_subword_prefix"));
        to.put(
            "max_input_chars_per_word", part.number("max_input_chars_per_word", 0, LONGEST_WORD));
        to.set("vocab", vocabulary(part));
      }
      case "WordLevel" -> {
        to.put("unk_token", part.text("unk_token"));
        to.set("vocab", vocabulary(part));
      }
      case "Unigram" -> unigram(part, to);
      default ->
          throw part.fault(
              "type", "is '" + type + "'; known are BPE, Unigram, WordLevel, WordPiece");
    }
    return to;
  }

  /** Files of before 2021 do not say. */
  private static String guess(Part part) {
    if (part.has("merges")) {
      return "BPE";
    }
    if (part.get("vocab").isArray()) {
      return "Unigram";
    }
    return part.has("continuing_subword_prefix") ? "WordPiece" : "WordLevel";
  }

  private static ObjectNode vocabulary(Part part) {
    JsonNode vocab = part.get("vocab");
    if (!vocab.isObject()) {
      throw part.fault("vocab", "must be an object of tokens and ids, not " + Part.kind(vocab));
    }
    ObjectNode to = JsonNodeFactory.instance.objectNode();
    for (var entry : vocab.properties()) {
      String path = part.at("vocab") + " " + entry.getKey();
      Part.wellFormed(part.at("vocab"), entry.getKey());
      to.put(entry.getKey(), Part.number(path, entry.getValue(), 0, CheckedJson.HIGHEST_ID));
    }
    return to;
  }

  private static void bpe(Part part, ObjectNode to) {
    // Dropout is for making other tokens of a text each time; transformers' own models leave it
    // out.
    to.putNull("dropout");
    String prefix = part.textOrNull("continuing_subword_prefix");
    to.put("unk_token", part.textOrNull("unk_token"));
    to.put("continuing_subword_prefix", prefix);
    to.put("end_of_word_suffix", part.textOrNull("end_of_word_suffix"));
    to.put("fuse_unk", part.flag("fuse_unk", false));
    to.put("byte_fallback", part.flag("byte_fallback", false));
    to.put("ignore_merges", part.flag("ignore_merges", false));
    ObjectNode vocab = vocabulary(part);
    to.set("vocab", vocab);
    JsonNode merges = part.get("merges");
    if (!merges.isArray()) {
      throw part.fault("merges", "must be a list, not " + Part.kind(merges));
    }
    ArrayNode pairs = to.putArray("merges");
    for (JsonNode merge : merges) {
      String path = part.at("merges") + "[" + pairs.size() + "]";
      String[] pair = pair(path, merge);
      String joined = pair[0] + rest(path, pair[1], prefix);
      for (String token : new String[] {pair[0], pair[1], joined}) {
        if (!vocab.has(token)) {
          throw new Fault(path + " needs the token '" + token + "', which the vocabulary lacks");
        }
      }
      pairs.addArray().add(pair[0]).add(pair[1]);
    }
  }

  private static String[] pair(String path, JsonNode merge) {
    if (merge.isTextual()) {
      String[] pair = merge.textValue().split(" ", -1);
      if (pair.length == 2) {
        return pair;
      }
    } else if (merge.isArray()
        && merge.size() == 2
        && merge.path(0).isTextual()
        && merge.path(1).isTextual()) {
      return new String[] {merge.path(0).textValue(), merge.path(1).textValue()};
    }
    throw new Fault(path + " must be two tokens, not " + Part.kind(merge));
  }

  /** What joins on: the library cuts as many bytes as the prefix has, whatever they are. */
  private static String rest(String path, String token, @Nullable String prefix) {
    if (prefix == null || prefix.isEmpty()) {
      return token;
    }
    byte[] bytes = token.getBytes(StandardCharsets.UTF_8);
    int cut = prefix.getBytes(StandardCharsets.UTF_8).length;
    boolean within = cut < bytes.length && (bytes[cut] & 0xC0) == 0x80;
    if (cut > bytes.length || within) {
      throw new Fault(
          path + " joins '" + token + "', which is shorter than continuing_subword_prefix");
    }
    return new String(bytes, cut, bytes.length - cut, StandardCharsets.UTF_8);
  }

  private static void unigram(Part part, ObjectNode to) {
    JsonNode vocab = part.get("vocab");
    if (!vocab.isArray()) {
      throw part.fault("vocab", "must be a list of tokens and scores, not " + Part.kind(vocab));
    }
    ArrayNode pairs = JsonNodeFactory.instance.arrayNode();
    for (JsonNode pair : vocab) {
      String path = part.at("vocab") + "[" + pairs.size() + "]";
      JsonNode score = pair.path(1);
      if (!pair.isArray()
          || pair.size() != 2
          || !pair.path(0).isTextual()
          || !score.isNumber()
          || !Double.isFinite(score.doubleValue())) {
        throw new Fault(path + " must be a token and its score, not " + Part.kind(pair));
      }
      String token = Part.wellFormed(path, pair.path(0).textValue());
      if (token.isEmpty()) {
        throw new Fault(path + " is a token of no characters");
      }
      pairs.addArray().add(token).add(score.doubleValue());
    }
    if (part.has("unk_id")) {
      if (pairs.isEmpty()) {
        throw part.fault("vocab", "is empty");
      }
      to.put("unk_id", part.number("unk_id", 0, pairs.size() - 1));
    } else {
      to.putNull("unk_id");
    }
    to.put("byte_fallback", part.flag("byte_fallback", false));
    to.set("vocab", pairs);
  }
}
