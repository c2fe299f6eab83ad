package dev.fettle.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/**
 * A token as a file declares it: a plain text, or with the flags of the tokenizers library's {@code
 * AddedToken}.
 *
 * @param content how it is written in a text
 * @param plain whether the file gave the text alone; flags are then those of a special token
 * @param singleWord whether it must not be part of a word
 * @param lstrip whether it takes the white space before it
 * @param rstrip whether it takes the white space after it
 * @param normalized whether it is looked for in the normalized text
 * @param special whether decoding may leave it out
 */
record TokenSpec(
    String content,
    boolean plain,
    boolean singleWord,
    boolean lstrip,
    boolean rstrip,
    boolean normalized,
    boolean special) {

  /** A text alone, as a named token is mostly written. */
  static TokenSpec plain(String content) {
    return new TokenSpec(content, true, false, false, false, false, true);
  }

  static TokenSpec special(String content) {
    return new TokenSpec(content, false, false, false, false, false, true);
  }

  static TokenSpec normalized(String content) {
    return new TokenSpec(content, false, false, false, false, true, false);
  }

  /** A token as an entry of a file has it: a text, or an object with its content. */
  static Optional<TokenSpec> of(JsonNode node) {
    if (node.isTextual()) {
      return Optional.of(plain(node.textValue()));
    }
    return node.isObject() && node.path("content").isTextual()
        ? Optional.of(object(node, node.path("special").asBoolean(false)))
        : Optional.empty();
  }

  /** An object with the token's content and flags; absent ones as the library has them. */
  static TokenSpec object(JsonNode node, boolean special) {
    return new TokenSpec(
        node.path("content").asText(),
        false,
        node.path("single_word").asBoolean(false),
        node.path("lstrip").asBoolean(false),
        node.path("rstrip").asBoolean(false),
        node.path("normalized").asBoolean(!special),
        special);
  }

  /** The same with flags, for adding it. */
  TokenSpec flagged() {
    return new TokenSpec(content, false, singleWord, lstrip, rstrip, normalized, special);
  }

  /** The same, which decoding never leaves out. */
  TokenSpec ordinary() {
    return new TokenSpec(content, false, singleWord, lstrip, rstrip, normalized, false);
  }

  TokenSpec madeSpecial() {
    return new TokenSpec(content, false, singleWord, lstrip, rstrip, normalized, true);
  }

  /** An entry of tokenizer.json's {@code added_tokens}. */
  ObjectNode json(int id) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("id", id);
    node.put("content", content);
    node.put("single_word", singleWord);
    node.put("lstrip", lstrip);
    node.put("rstrip", rstrip);
    node.put("normalized", normalized);
    node.put("special", special);
    return node;
  }
}
