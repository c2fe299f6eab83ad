package dev.fettle.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Token strings and their ids, as tokenizer.json writes them: the model's own and the added ones.
 */
final class Vocabulary {

  private final Map<String, Integer> ids;
  private final Map<Integer, String> tokens;
  private final Set<Integer> special;
  private final int size;

  private Vocabulary(Map<String, Integer> ids, Map<Integer, String> tokens, Set<Integer> special) {
    this.special = Set.copyOf(special);
    this.ids = Collections.unmodifiableMap(ids);
    this.tokens = Collections.unmodifiableMap(tokens);
    this.size = tokens.keySet().stream().mapToInt(id -> id + 1).max().orElse(0);
  }

  /**
   * Reads {@code model.vocab}, an object (BPE, WordPiece, WordLevel) or a list of pairs (Unigram).
   */
  static Vocabulary of(JsonNode tokenizerJson) {
    Map<String, Integer> ids = new LinkedHashMap<>();
    JsonNode vocab = tokenizerJson.path("model").path("vocab");
    if (vocab.isArray()) {
      for (JsonNode pair : vocab) {
        ids.put(pair.path(0).asText(), ids.size());
      }
    } else {
      vocab.properties().forEach(entry -> ids.put(entry.getKey(), entry.getValue().asInt()));
    }
    Set<Integer> special = new HashSet<>();
    for (JsonNode added : tokenizerJson.path("added_tokens")) {
      if (added.path("special").asBoolean()) {
        special.add(added.path("id").asInt());
      }
      ids.put(added.path("content").asText(), added.path("id").asInt());
    }
    Map<Integer, String> tokens = new HashMap<>();
    ids.forEach((token, id) -> tokens.put(id, token));
    return new Vocabulary(ids, tokens, special);
  }

  /** One more than the highest id, so that an embedding of this size holds every token. */
  int size() {
    return size;
  }

  /** Whether tokenizer.json marks the token special. */
  boolean isSpecial(int id) {
    return special.contains(id);
  }

  OptionalInt idOf(String token) {
    Integer id = ids.get(token);
    return id == null ? OptionalInt.empty() : OptionalInt.of(id);
  }

  Optional<String> tokenOf(int id) {
    return Optional.ofNullable(tokens.get(id));
  }
}
