package dev.fettle.tokenizer;

import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** Token strings and their ids: the model's own and the added ones. */
final class Vocabulary {

  private final AddedVocabulary added;
  private final Map<String, Integer> ids;
  private final Map<Integer, String> tokens;
  private final int size;

  Vocabulary(AddedVocabulary added) {
    this.added = added;
    this.ids = Collections.unmodifiableMap(added.all());
    Map<Integer, String> byId = new HashMap<>(added.hidden());
    ids.forEach((token, id) -> byId.put(id, token));
    added.specs().forEach((id, token) -> byId.put(id, token.content()));
    this.tokens = Collections.unmodifiableMap(byId);
    this.size = tokens.keySet().stream().mapToInt(id -> id + 1).max().orElse(0);
  }

  /** One more than the highest id, so that an embedding of this size holds every token. */
  int size() {
    return size;
  }

  /** All ids there are. */
  Set<Integer> ids() {
    return tokens.keySet();
  }

  /** Whether the token is marked special. */
  boolean isSpecial(int id) {
    String token = tokens.get(id);
    return token != null && added.isSpecial(token);
  }

  OptionalInt idOf(String token) {
    Integer id = ids.get(token);
    return id == null ? OptionalInt.empty() : OptionalInt.of(id);
  }

  Optional<String> tokenOf(int id) {
    return Optional.ofNullable(tokens.get(id));
  }
}
