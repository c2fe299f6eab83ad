package dev.fettle.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The tokens that files beside tokenizer.json declare, put together as transformers 5 does in
 * {@code PreTrainedTokenizerBase._from_pretrained}: an {@code added_tokens_decoder} in
 * tokenizer_config.json stands for itself; without one the older files are read too.
 *
 * @param named tokens with a role, by key; empty where a file says there is none
 * @param own tokens under names of the model's own, in order
 * @param extra further special tokens; none where no file has a list
 * @param added tokens with the ids they once had
 */
record DeclaredTokens(
    Map<String, Optional<TokenSpec>> named,
    Map<String, TokenSpec> own,
    Optional<List<TokenSpec>> extra,
    TreeMap<Integer, TokenSpec> added) {

  /** The roles transformers knows, in its order. */
  static final List<String> ROLES =
      List.of(
          "bos_token",
          "eos_token",
          "unk_token",
          "sep_token",
          "pad_token",
          "cls_token",
          "mask_token");

  static DeclaredTokens read(TokenizerFiles files) {
    return new Reading(files).read();
  }

  private static final class Reading {
    private final TokenizerFiles files;
    private final ObjectNode config;
    private final Map<String, Optional<TokenSpec>> named = new HashMap<>();
    private final Map<String, TokenSpec> own = new LinkedHashMap<>();
    private final TreeMap<Integer, TokenSpec> added = new TreeMap<>();
    private final Map<String, TokenSpec> byContent = new HashMap<>();
    private Optional<List<TokenSpec>> extra = Optional.empty();

    Reading(TokenizerFiles files) {
      this.files = files;
      this.config = files.object(TokenizerFiles.CONFIG);
    }

    DeclaredTokens read() {
      names(TokenizerFiles.CONFIG, config);
      String key =
          config.path("extra_special_tokens").isEmpty()
              ? "additional_special_tokens"
              : "extra_special_tokens";
      JsonNode list = config.path(key);
      if (list.isObject()) {
        list.properties()
            .forEach(
                entry ->
                    own.put(entry.getKey(), token(TokenizerFiles.CONFIG, key, entry.getValue())));
      } else if (list.isArray()) {
        extra = Optional.of(tokens(TokenizerFiles.CONFIG, key, list));
      } else if (config.path("extra_special_tokens").isArray()) {
        // An empty list still hides that of the older file.
        extra = Optional.of(List.of());
      }
      if (config.has("added_tokens_decoder")) {
        decoder(config.path("added_tokens_decoder"));
      } else {
        olderFiles();
      }
      // A name means the token that was declared with flags.
      named.replaceAll((role, token) -> token.map(t -> byContent.getOrDefault(t.content(), t)));
      return new DeclaredTokens(named, own, extra, added);
    }

    private void names(String file, JsonNode object) {
      // Transformers puts those written as objects first.
      for (boolean objects : new boolean[] {true, false}) {
        object
            .properties()
            .forEach(
                entry -> {
                  JsonNode value = entry.getValue();
                  String key = entry.getKey();
                  if (value.isObject() == objects && key.endsWith("_token")) {
                    name(file, key, value);
                  }
                });
      }
    }

    private void name(String file, String key, JsonNode value) {
      if (ROLES.contains(key)) {
        named.put(key, value.isNull() ? Optional.empty() : Optional.of(token(file, key, value)));
      } else if (value.isTextual() || value.has("content")) {
        own.put(key, token(file, key, value));
      }
    }

    private void decoder(JsonNode decoder) {
      decoder
          .properties()
          .forEach(
              entry -> {
                if (!entry.getKey().matches("\\d{1,9}")) {
                  throw files.fault(
                      TokenizerFiles.CONFIG,
                      "added_tokens_decoder has '" + entry.getKey() + "' where an id is wanted");
                }
                TokenSpec token =
                    token(TokenizerFiles.CONFIG, "added_tokens_decoder", entry.getValue());
                put(Integer.parseInt(entry.getKey()), token.flagged());
              });
    }

    private void put(int id, TokenSpec token) {
      added.put(id, token);
      byContent.put(token.content(), token);
    }

    private void olderFiles() {
      ObjectNode map = files.object(TokenizerFiles.SPECIAL_TOKENS);
      for (boolean objects : new boolean[] {true, false}) {
        map.properties()
            .forEach(
                entry -> {
                  JsonNode value = entry.getValue();
                  String key = entry.getKey();
                  if (value.isObject() != objects || !key.endsWith("_token")) {
                    return;
                  }
                  if (value.isObject() && value.path("content").isTextual()) {
                    value = ((ObjectNode) value).deepCopy().put("special", true);
                  }
                  name(TokenizerFiles.SPECIAL_TOKENS, key, value);
                });
      }
      Set<String> special = new HashSet<>();
      named.forEach(
          (role, token) ->
              token
                  .filter(t -> t.plain() || map.has(role))
                  .ifPresent(t -> special.add(t.content())));
      // Those that tokenizer_config.json writes as objects are not looked at in this place.
      extra.ifPresent(
          l -> l.stream().filter(TokenSpec::plain).forEach(t -> special.add(t.content())));
      moreTokens(map);
      JsonNode listed = map.path("extra_special_tokens");
      if (listed.isArray()) {
        tokens(TokenizerFiles.SPECIAL_TOKENS, "extra_special_tokens", listed)
            .forEach(token -> special.add(token.content()));
      }
      files
          .object("added_tokens.json")
          .properties()
          .forEach(
              entry -> {
                if (!entry.getValue().isInt()) {
                  throw files.fault(
                      "added_tokens.json",
                      "'" + entry.getKey() + "' has no whole number as its id");
                }
                put(
                    entry.getValue().asInt(),
                    special.contains(entry.getKey())
                        ? TokenSpec.special(entry.getKey())
                        : TokenSpec.normalized(entry.getKey()));
              });
      JsonNode older = map.path("additional_special_tokens");
      if (extra.isEmpty() && older.isArray()) {
        extra =
            Optional.of(tokens(TokenizerFiles.SPECIAL_TOKENS, "additional_special_tokens", older));
      }
      for (JsonNode token : files.json(TokenizerFiles.TOKENIZER).path("added_tokens")) {
        if (token.path("content").isTextual()) {
          put(
              token.path("id").asInt(),
              TokenSpec.object(token, token.path("special").asBoolean(false)));
        }
      }
    }

    private void moreTokens(ObjectNode map) {
      JsonNode list = map.path("extra_special_tokens");
      if (list.isArray()) {
        List<TokenSpec> all = new ArrayList<>(extra.orElse(List.of()));
        for (TokenSpec token :
            tokens(TokenizerFiles.SPECIAL_TOKENS, "extra_special_tokens", list)) {
          if (!all.contains(token)) {
            all.add(token);
          }
        }
        extra = Optional.of(all);
      } else if (list.isObject()) {
        list.properties()
            .forEach(
                entry ->
                    own.put(
                        entry.getKey(),
                        token(
                            TokenizerFiles.SPECIAL_TOKENS,
                            "extra_special_tokens",
                            entry.getValue())));
      }
    }

    private List<TokenSpec> tokens(String file, String key, JsonNode list) {
      return list.valueStream().map(value -> token(file, key, value)).toList();
    }

    private TokenSpec token(String file, String key, JsonNode value) {
      return TokenSpec.of(value)
          .orElseThrow(
              () ->
                  files.fault(
                      file,
                      key
                          + " must be a token (a text, or an object with its content), not "
                          + value));
    }
  }
}
