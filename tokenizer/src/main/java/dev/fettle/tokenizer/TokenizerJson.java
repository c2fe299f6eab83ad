package dev.fettle.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collection;
import java.util.HashSet;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What we ask of a tokenizer.json beyond what it says: every character of the text is covered by
 * offsets, no cutting.
 */
final class TokenizerJson {

  private TokenizerJson() {}

  /**
   * Checks the outline and takes out what would change lengths or hide characters. Ids stay as they
   * were.
   *
   * @param source the file, for messages
   * @param root the file's content; changed in place
   */
  static ObjectNode prepare(String source, JsonNode root) {
    if (!(root instanceof ObjectNode object) || !root.path("model").isObject()) {
      throw new TokenizerException(
          source
              + ": has no \"model\"; a Hugging Face tokenizer.json is wanted, fetch the file again");
    }
    object.putNull("truncation");
    object.putNull("padding");
    // A trimmed offset leaves the space before a word to no token; masks need every character to
    // have one.
    keepSpaces(object.path("post_processor"));
    return object;
  }

  /**
   * Makes the tokens that the configuration names special, so that they are recognised in a text,
   * as transformers does.
   *
   * @param root the file's content; changed in place
   */
  static void addSpecial(ObjectNode root, Collection<String> named, Vocabulary vocabulary) {
    Set<String> known = new HashSet<>();
    root.path("added_tokens").forEach(token -> known.add(token.path("content").asText()));
    for (String token : named) {
      OptionalInt id = vocabulary.idOf(token);
      if (id.isPresent() && known.add(token)) {
        root.withArray("added_tokens").add(ByteLevelJson.addedToken(id.getAsInt(), token));
      }
    }
  }

  private static void keepSpaces(JsonNode processor) {
    if (processor instanceof ObjectNode object) {
      if (object.has("trim_offsets")) {
        object.put("trim_offsets", false);
      }
      object.path("processors").forEach(TokenizerJson::keepSpaces);
    }
  }
}
