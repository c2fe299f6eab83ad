package dev.fettle.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;

/**
 * Which tokens have roles, and where that is written. The first place that speaks of a role
 * decides: tokenizer_config.json (an explicit null means there is none), special_tokens_map.json,
 * generation_config.json, config.json, and last what tokenizer.json or the GPT-2 file format
 * implies. An id counts only if tokenizer.json marks that token special: configurations carry
 * defaults of other models.
 */
record SpecialTokens(
    Optional<SpecialToken> bos,
    Optional<SpecialToken> eos,
    Optional<SpecialToken> pad,
    Optional<SpecialToken> unk,
    Map<String, String> templateVariables,
    List<Integer> stopIds) {

  /** The one special token of GPT-2. */
  static final String GPT2_END = "<|endoftext|>";

  /**
   * Finds them.
   *
   * @param files the model directory
   * @param vocab the tokens there are
   * @param modelUnk the unknown token the model in tokenizer.json names, if it does
   */
  static SpecialTokens find(TokenizerFiles files, Vocabulary vocab, Optional<String> modelUnk) {
    JsonNode config = files.json(TokenizerFiles.CONFIG);
    JsonNode map = files.json(TokenizerFiles.SPECIAL_TOKENS);
    JsonNode generation = files.foreignJson("generation_config.json");
    JsonNode model = files.foreignJson("config.json");
    boolean gpt2Files = !files.has(TokenizerFiles.TOKENIZER);
    Search search = new Search(List.of(config, map), List.of(generation, model), vocab);
    Optional<String> end = gpt2Files ? Optional.of(GPT2_END) : Optional.empty();
    Optional<SpecialToken> eos = search.role("eos", end);
    return new SpecialTokens(
        search.role("bos", end),
        eos,
        search.role("pad", Optional.empty()),
        search.role("unk", modelUnk.or(() -> end)),
        templateVariables(config, map),
        stopIds(eos, generation, model, vocab));
  }

  /** Every {@code *_token} of the configuration: what transformers hands to a chat template. */
  private static Map<String, String> templateVariables(JsonNode config, JsonNode map) {
    Map<String, String> variables = new TreeMap<>();
    for (JsonNode file : Arrays.asList(map, config)) {
      file.properties()
          .forEach(
              entry -> {
                if (entry.getKey().endsWith("_token")) {
                  text(entry.getValue()).ifPresent(text -> variables.put(entry.getKey(), text));
                }
              });
    }
    return variables;
  }

  private static List<Integer> stopIds(
      Optional<SpecialToken> eos, JsonNode generation, JsonNode model, Vocabulary vocab) {
    Set<Integer> ids = new LinkedHashSet<>();
    eos.ifPresent(token -> ids.add(token.id()));
    if (generation.has("eos_token_id")) {
      ids.addAll(ids(generation.path("eos_token_id")));
    } else {
      ids(model.path("eos_token_id")).stream().filter(vocab::isSpecial).forEach(ids::add);
    }
    return List.copyOf(ids);
  }

  /** One id or a list of them, as both occur. */
  private static List<Integer> ids(JsonNode node) {
    if (node.isInt()) {
      return List.of(node.asInt());
    }
    return node.valueStream().filter(JsonNode::isInt).map(JsonNode::asInt).toList();
  }

  /** A token is written as a string, or as an object with its content. */
  private static Optional<String> text(JsonNode node) {
    JsonNode content = node.isObject() ? node.path("content") : node;
    return content.isTextual() ? Optional.of(content.asText()) : Optional.empty();
  }

  private record Search(List<JsonNode> byText, List<JsonNode> byId, Vocabulary vocab) {

    Optional<SpecialToken> role(String role, Optional<String> fallback) {
      for (JsonNode file : byText) {
        JsonNode named = file.path(role + "_token");
        if (named.isNull()) {
          return Optional.empty();
        }
        Optional<SpecialToken> token = text(named).flatMap(this::named);
        if (token.isPresent()) {
          return token;
        }
      }
      for (JsonNode file : byId) {
        for (int id : ids(file.path(role + "_token_id"))) {
          Optional<String> text = vocab.tokenOf(id);
          if (text.isPresent() && vocab.isSpecial(id)) {
            return text.map(t -> new SpecialToken(t, id));
          }
        }
      }
      return fallback.flatMap(this::named);
    }

    private Optional<SpecialToken> named(String text) {
      OptionalInt id = vocab.idOf(text);
      return id.isPresent() ? Optional.of(new SpecialToken(text, id.getAsInt())) : Optional.empty();
    }
  }
}
