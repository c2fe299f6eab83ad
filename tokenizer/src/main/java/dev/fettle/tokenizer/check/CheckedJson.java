package dev.fettle.tokenizer.check;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.function.IntPredicate;

/**
 * A tokenizer.json written anew: known keys with values of the right kinds, nothing else; neither
 * truncation nor padding.
 */
public final class CheckedJson {

  /** No vocabulary comes near it, and an embedding of so many rows fits nowhere. */
  public static final int HIGHEST_ID = 100_000_000;

  private CheckedJson() {}

  /**
   * Checks all but the post-processor, whose ids are known only when all tokens have been added.
   *
   * @param root the file's content; not changed
   * @return a new object whose {@code post_processor} is still as it was written
   * @throws Fault naming the key
   */
  public static ObjectNode write(JsonNode root) {
    if (!root.isObject()) {
      throw new Fault(
          "has no \"model\"; a Hugging Face tokenizer.json is wanted, fetch the file again");
    }
    Part part = Part.of("", root);
    if (part.has("version") && !part.get("version").asText().equals("1.0")) {
      throw part.fault("version", "is " + Part.kind(part.get("version")) + ", not \"1.0\"");
    }
    ObjectNode to = JsonNodeFactory.instance.objectNode().put("version", "1.0");
    to.putNull("truncation");
    to.putNull("padding");
    to.set("added_tokens", addedTokens(part));
    to.set("normalizer", Components.normalizer(part.get("normalizer")));
    to.set("pre_tokenizer", Components.preTokenizer(part.get("pre_tokenizer")));
    to.set(
        "post_processor",
        part.has("post_processor")
            ? part.get("post_processor").deepCopy()
            : JsonNodeFactory.instance.nullNode());
    to.set("decoder", Components.decoder(part.get("decoder")));
    to.set("model", ModelCheck.write(part.get("model")));
    return to;
  }

  /**
   * Checks what {@link #write} left.
   *
   * @param json changed in place
   * @param known whether the vocabulary, with all added tokens, has an id
   * @throws Fault naming the key
   */
  public static void writePostProcessor(ObjectNode json, IntPredicate known) {
    json.set("post_processor", PostProcessors.write(json.path("post_processor"), known));
  }

  private static ArrayNode addedTokens(Part root) {
    ArrayNode to = JsonNodeFactory.instance.arrayNode();
    if (!root.has("added_tokens")) {
      return to;
    }
    for (Part token : root.parts("added_tokens")) {
      boolean special = token.flag("special", false);
      ObjectNode written = to.addObject();
      written.put("id", token.number("id", 0, HIGHEST_ID));
      written.put("content", token.text("content"));
      for (String key : new String[] {"single_word", "lstrip", "rstrip"}) {
        written.put(key, token.flag(key, false));
      }
      written.put("normalized", token.flag("normalized", !special));
      written.put("special", special);
    }
    return to;
  }
}
