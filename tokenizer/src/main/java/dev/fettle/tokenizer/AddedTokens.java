package dev.fettle.tokenizer;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What decoding must know of added tokens: which are special, and which the library writes in their
 * normalized form. Our native library (0.21) writes them as they were added, 0.23 as the normalizer
 * leaves them; where that differs, a tokenizer of its own decodes.
 */
final class AddedTokens implements AutoCloseable {

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final Set<Integer> special;
  private final @Nullable NativeTokenizer decoder;

  private AddedTokens(Set<Integer> special, @Nullable NativeTokenizer decoder) {
    this.special = special;
    this.decoder = decoder;
  }

  /**
   * Reads them.
   *
   * @throws TokenizerException where the normalizer leaves nothing of a token
   */
  static AddedTokens of(String source, Assembly assembly, Vocabulary vocabulary) {
    Set<Integer> special = new HashSet<>(assembly.unmarked());
    for (int id : vocabulary.ids()) {
      if (vocabulary.isSpecial(id)) {
        special.add(id);
      }
    }
    Map<Integer, String> changed = changed(source, assembly);
    return new AddedTokens(
        special, changed.isEmpty() ? null : decoder(source, assembly, vocabulary, changed));
  }

  private static Map<Integer, String> changed(String source, Assembly assembly) {
    Map<Integer, String> changed = new HashMap<>();
    AddedVocabulary vocabulary = assembly.vocabulary();
    if (vocabulary.normalized().isEmpty() || assembly.json().path("normalizer").isNull()) {
      return changed;
    }
    try (NativeTokenizer normalizer = normalizer(source, assembly)) {
      vocabulary
          .normalized()
          .forEach(
              (id, content) -> {
                String normal = String.join("", normalizer.pieces(content));
                if (normal.isEmpty()) {
                  // The library would find such a token everywhere, also within a character.
                  throw new TokenizerException(
                      source
                          + ": the normalizer leaves nothing of the added token '"
                          + content
                          + "'; set its \"normalized\" to false");
                }
                if (!normal.equals(content)) {
                  changed.put(id, normal);
                }
              });
    }
    return changed;
  }

  /** One that makes a single token, the normalized text, of any text. */
  private static NativeTokenizer normalizer(String source, Assembly assembly) {
    ArrayNode unknown = NODES.arrayNode();
    unknown.addArray().add("<unk>").add(0.0);
    ObjectNode json = unigram(unknown);
    json.set("normalizer", assembly.json().path("normalizer"));
    return NativeTokenizer.open(source, json);
  }

  /** One whose vocabulary is what each id is written as; such a list may hold a text twice. */
  private static NativeTokenizer decoder(
      String source, Assembly assembly, Vocabulary vocabulary, Map<Integer, String> changed) {
    ArrayNode texts = NODES.arrayNode();
    for (int id = 0; id < vocabulary.size(); id++) {
      String text = changed.getOrDefault(id, vocabulary.tokenOf(id).orElse("?"));
      texts.addArray().add(text).add(0.0);
    }
    ObjectNode json = unigram(texts);
    json.set("decoder", assembly.json().path("decoder"));
    return NativeTokenizer.open(source, json);
  }

  private static ObjectNode unigram(ArrayNode vocab) {
    ObjectNode json = NODES.objectNode().put("version", "1.0");
    json.putArray("added_tokens");
    ObjectNode model = json.putObject("model").put("type", "Unigram").put("unk_id", 0);
    model.put("byte_fallback", false);
    model.set("vocab", vocab);
    return json;
  }

  boolean isSpecial(int id) {
    return special.contains(id);
  }

  /** Decodes, with these tokens' own decoder or the general one. */
  String decode(int[] ids, boolean skipSpecialTokens, NativeTokenizer general, Vocabulary vocab) {
    int[] kept =
        Arrays.stream(ids)
            .filter(id -> !(skipSpecialTokens && special.contains(id)))
            .filter(id -> decoder == null || vocab.tokenOf(id).isPresent())
            .toArray();
    return (decoder == null ? general : decoder).decode(kept);
  }

  @Override
  public void close() {
    if (decoder != null) {
      decoder.close();
    }
  }
}
