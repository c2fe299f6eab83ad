package dev.fettle.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Which tokens have roles: those transformers names (a null in a file means there is none), then
 * those whose ids generation_config.json or config.json give. Such an id counts as a role only if
 * that token is marked special: configurations carry defaults of other models.
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
   * @param assembly what transformers makes of the tokenizer's files
   */
  static SpecialTokens find(TokenizerFiles files, Vocabulary vocab, Assembly assembly) {
    JsonNode generation = files.foreignJson("generation_config.json");
    JsonNode model = files.foreignJson("config.json");
    Search search = new Search(assembly, List.of(generation, model), vocab);
    Optional<SpecialToken> eos = search.role("eos");
    Optional<SpecialToken> unk = search.role("unk");
    if (unk.isEmpty() && !assembly.silent().contains("unk_token")) {
      unk =
          Optional.ofNullable(assembly.json().path("model").path("unk_token").textValue())
              .flatMap(search::named);
    }
    return new SpecialTokens(
        search.role("bos"),
        eos,
        search.role("pad"),
        unk,
        Map.copyOf(assembly.named()),
        stopIds(eos, generation, model));
  }

  /**
   * The tokenizer's end, and what transformers' generation stops at: what generation_config.json
   * says, or config.json where there is no such file.
   */
  private static List<Integer> stopIds(
      Optional<SpecialToken> eos, JsonNode generation, JsonNode model) {
    Set<Integer> ids = new LinkedHashSet<>();
    eos.ifPresent(token -> ids.add(token.id()));
    ids.addAll(ids((generation.isObject() ? generation : model).path("eos_token_id")));
    return List.copyOf(ids);
  }

  /** One id or a list of them, as both occur. */
  private static List<Integer> ids(JsonNode node) {
    if (node.isInt()) {
      return List.of(node.asInt());
    }
    return node.valueStream().filter(JsonNode::isInt).map(JsonNode::asInt).toList();
  }

  private record Search(Assembly assembly, List<JsonNode> byId, Vocabulary vocab) {

    Optional<SpecialToken> role(String role) {
      String text = assembly.named().get(role + "_token");
      if (text != null) {
        return named(text);
      }
      if (assembly.silent().contains(role + "_token")) {
        return Optional.empty();
      }
      for (JsonNode file : byId) {
        for (int id : ids(file.path(role + "_token_id"))) {
          Optional<String> token = vocab.tokenOf(id);
          if (token.isPresent() && vocab.isSpecial(id)) {
            return token.map(t -> new SpecialToken(t, id));
          }
        }
      }
      return Optional.empty();
    }

    private Optional<SpecialToken> named(String text) {
      OptionalInt id = vocab.idOf(text);
      return id.isPresent() ? Optional.of(new SpecialToken(text, id.getAsInt())) : Optional.empty();
    }
  }
}
