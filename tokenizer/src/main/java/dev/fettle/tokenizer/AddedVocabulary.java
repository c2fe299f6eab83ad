package dev.fettle.tokenizer;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;

/**
 * Which ids the tokenizers library (0.23) gives to tokens added to a model's vocabulary. It does
 * not ask for the ids a file gives: a token of the vocabulary keeps its own, any other gets the
 * next one.
 */
final class AddedVocabulary {

  private final Map<String, Integer> model;
  private final int modelSize;
  private final Map<Integer, String> hidden;
  private final Map<String, Integer> ids = new HashMap<>();
  private final TreeMap<Integer, TokenSpec> specs = new TreeMap<>();
  private final Set<String> special = new HashSet<>();
  private final Map<Integer, String> normalized = new HashMap<>();

  /**
   * @param model the model's own tokens
   * @param modelSize how many entries its vocabulary has, those written twice counted twice
   * @param hidden ids whose token is written again under another
   */
  AddedVocabulary(Map<String, Integer> model, int modelSize, Map<Integer, String> hidden) {
    this.model = Map.copyOf(model);
    this.modelSize = modelSize;
    this.hidden = Map.copyOf(hidden);
  }

  /** Ids whose token has another id in a text; the library may still give them. */
  Map<Integer, String> hidden() {
    return hidden;
  }

  /** Adds tokens in one go: their new ids follow the highest there is when it begins. */
  void add(List<TokenSpec> tokens) {
    int next = next(specs.isEmpty() ? -1 : specs.lastKey());
    for (TokenSpec declared : tokens) {
      TokenSpec token = declared.flagged();
      if (token.content().isEmpty() || holds(token)) {
        continue;
      }
      OptionalInt known = idOf(token.content());
      int id = known.isPresent() ? known.getAsInt() : next++;
      ids.put(token.content(), id);
      specs.put(id, token);
      note(id, token);
    }
  }

  private void note(int id, TokenSpec token) {
    if (token.special()) {
      special.add(token.content());
    }
    if (token.normalized()) {
      normalized.put(id, token.content());
    }
  }

  private int next(int last) {
    return last >= modelSize || (modelSize == 0 && last >= 0) ? last + 1 : modelSize;
  }

  /** Forgets what is not written down: transformers copies the tokenizer through a file. */
  void settle() {
    ids.clear();
    special.clear();
    normalized.clear();
    specs.forEach(
        (id, token) -> {
          ids.put(token.content(), id);
          note(id, token);
        });
  }

  OptionalInt idOf(String token) {
    Integer id = ids.containsKey(token) ? ids.get(token) : model.get(token);
    return id == null ? OptionalInt.empty() : OptionalInt.of(id);
  }

  /** The tokens that were added, by id. */
  Map<Integer, TokenSpec> specs() {
    return specs;
  }

  /** Tokens that decoding writes as the normalizer leaves them: once normalized, they stay so. */
  Map<Integer, String> normalized() {
    return normalized;
  }

  /** Whether decoding leaves a token out: once special, a token stays so. */
  boolean isSpecial(String token) {
    return special.contains(token);
  }

  /** Whether this very token, with these flags, was added. */
  boolean holds(TokenSpec token) {
    Integer id = ids.get(token.content());
    return id != null && token.flagged().equals(specs.get(id));
  }

  /** Whether a token is among those that were added, the model's own apart. */
  boolean added(String token) {
    Integer id = ids.get(token);
    TokenSpec spec = id == null ? null : specs.get(id);
    return spec != null && spec.content().equals(token);
  }

  /** All tokens and their ids. */
  Map<String, Integer> all() {
    Map<String, Integer> all = new HashMap<>(model);
    all.putAll(ids);
    return all;
  }

  /**
   * Checks that the native library, which is older, gives the same ids when it is handed the tokens
   * by id.
   *
   * @throws TokenizerException naming the token to which it would give another
   */
  void check(String source) {
    int last = -1;
    for (Map.Entry<Integer, TokenSpec> entry : specs.entrySet()) {
      String content = entry.getValue().content();
      Integer own = model.get(content);
      int id = own == null ? next(last) : own;
      last = Math.max(last, id);
      if (id != entry.getKey()) {
        throw new TokenizerException(
            source
                + ": the added token '"
                + content
                + "' would have id "
                + entry.getKey()
                + " in one version of the tokenizers library and "
                + id
                + " in another, because the vocabulary's ids have gaps; save the tokenizer with"
                + " ids from 0 on without gaps");
      }
    }
  }
}
