package dev.fettle.harness.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fettle.models.config.HfConfig;
import dev.fettle.models.lora.AdapterConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Dropout that a model's or an adapter's own configuration asks for. Training here draws none,
 * which transformers would do, so the user is told.
 */
public final class Dropout {
  private static final List<String> KEYS =
      List.of(
          "attention_dropout",
          "hidden_dropout",
          "attn_pdrop",
          "embd_pdrop",
          "resid_pdrop",
          "dropout",
          "embedding_dropout",
          "activation_dropout",
          "residual_dropout",
          "hidden_dropout_prob",
          "attention_probs_dropout_prob",
          "layerdrop");

  /** What transformers' GPT2Config has where the file does not say. */
  private static final Map<String, Double> GPT2 =
      Map.of("attn_pdrop", 0.1, "embd_pdrop", 0.1, "resid_pdrop", 0.1);

  private Dropout() {}

  /** A warning for each file that asks for some. */
  public static List<String> notApplied(PolicyPlan plan) {
    List<String> warnings = new ArrayList<>();
    HfConfig config = plan.files().config();
    warning(plan.files().directory().resolve(HfConfig.FILE), asked(config.json()))
        .ifPresent(warnings::add);
    plan.adapter()
        .filter(a -> a.directory().isPresent() && a.config().dropout() > 0)
        .flatMap(
            a ->
                warning(
                    a.directory().orElseThrow().resolve(AdapterConfig.FILE),
                    Map.of("lora_dropout", a.config().dropout())))
        .ifPresent(warnings::add);
    return warnings;
  }

  private static Map<String, Double> asked(ObjectNode config) {
    boolean gpt2 = config.path("model_type").asText().equals("gpt2");
    Map<String, Double> asked = new TreeMap<>(gpt2 ? GPT2 : Map.of());
    for (String key : KEYS) {
      JsonNode value = config.path(key);
      if (value.isNumber()) {
        asked.put(key, value.asDouble());
      }
    }
    asked.values().removeIf(rate -> rate <= 0);
    return asked;
  }

  private static Optional<String> warning(Path file, Map<String, Double> asked) {
    if (asked.isEmpty()) {
      return Optional.empty();
    }
    List<String> parts = new ArrayList<>();
    asked.forEach((key, rate) -> parts.add(key + " " + rate));
    return Optional.of(
        file
            + " asks for dropout ("
            + String.join(", ", parts)
            + "), which is not applied in training: a run in transformers that applies it has other"
            + " losses");
  }
}
