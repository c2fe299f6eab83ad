package dev.fettle.models.lora;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.fettle.models.config.ConfigKeys;
import dev.fettle.models.config.StrictJson;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * An adapter directory's {@code adapter_config.json}, as PEFT reads and writes it: the typed
 * adapter, and the JSON it came from so that saving keeps what Fettle does not know. A key that
 * changes what is computed, and is not understood, is refused.
 */
public final class AdapterConfig {
  /** The file's name in an adapter directory. */
  public static final String FILE = "adapter_config.json";

  private static final String BASE = "base_model_name_or_path";
  private static final String TARGETS = "target_modules";
  private static final String SAVED = "modules_to_save";

  /** Understood here, or of no effect on a trained adapter. */
  private static final Set<String> KNOWN =
      Set.of(
          "peft_type",
          "r",
          "lora_alpha",
          TARGETS,
          "use_rslora",
          SAVED,
          "rank_pattern",
          "alpha_pattern",
          "bias",
          "init_lora_weights",
          BASE,
          "auto_mapping",
          "peft_version",
          "revision",
          "task_type",
          "inference_mode",
          "fan_in_fan_out",
          "lora_dropout",
          "layers_pattern",
          "loftq_config",
          "eva_config",
          "corda_config",
          "lora_ga_config",
          "megatron_core",
          "qalora_group_size",
          "runtime_config",
          "ensure_weight_tying");

  /** Ways to fill A and B that leave the base as it is; others change it when they are loaded. */
  /** What keys that Fettle adds begin with; PEFT leaves them alone. */
  private static final String OWN = "fettle_";

  private static final Set<String> HARMLESS_FILLS = Set.of("gaussian", "orthogonal", "eva");

  private final LoraConfig lora;
  private final ObjectNode json;

  private AdapterConfig(LoraConfig lora, ObjectNode json) {
    this.lora = lora;
    this.json = json;
  }

  /**
   * Reads {@code adapter_config.json} of an adapter directory.
   *
   * @throws dev.fettle.models.config.ModelFileException naming file and key if it is absent,
   *     malformed, or asks for what is not supported
   */
  public static AdapterConfig read(Path adapterDir) {
    Path file = adapterDir.resolve(FILE);
    ObjectNode json = StrictJson.readObject(file);
    ConfigKeys keys = new ConfigKeys(file, json);
    refuseOthers(keys, json);
    return new AdapterConfig(lora(keys, json), json);
  }

  /**
   * The config of a new adapter.
   *
   * @param layers of the model it is for
   */
  public static AdapterConfig of(LoraConfig lora, AdaptableLayers layers) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    for (String absent :
        List.of(
            "auto_mapping",
            BASE,
            "layer_replication",
            "layers_pattern",
            "layers_to_transform",
            "megatron_config",
            "revision")) {
      json.putNull(absent);
    }
    json.put("peft_type", "LORA");
    json.put("task_type", "CAUSAL_LM");
    json.put("r", lora.rank());
    put(json, "lora_alpha", lora.alpha());
    json.put("use_rslora", lora.rslora());
    put(json, TARGETS, lora.targets(), layers);
    putModules(json, lora.modulesToSave());
    lora.rankPattern().forEach(json.putObject("rank_pattern")::put);
    ObjectNode alphas = json.putObject("alpha_pattern");
    lora.alphaPattern().forEach((layer, alpha) -> put(alphas, layer, alpha));
    json.put("fan_in_fan_out", layers.adapted(lora).stream().anyMatch(l -> !l.transposed()));
    json.put("inference_mode", true);
    json.put("init_lora_weights", true);
    json.put("bias", "none");
    json.put("lora_bias", false);
    json.put("lora_dropout", 0.0);
    json.put("use_dora", false);
    json.putObject("loftq_config");
    json.put("megatron_core", "megatron.core");
    return new AdapterConfig(lora, json);
  }

  /** PEFT has whole numbers here, where they are whole. */
  private static void put(ObjectNode json, String key, double value) {
    if (value == Math.rint(value) && Math.abs(value) < Integer.MAX_VALUE) {
      json.put(key, (int) value);
    } else {
      json.put(key, value);
    }
  }

  private static void put(
      ObjectNode json, String key, LoraTargets targets, AdaptableLayers layers) {
    if (targets instanceof LoraTargets.Matching matching) {
      json.put(key, matching.regex());
      return;
    }
    // PEFT too writes the names it found for "all-linear".
    List<String> names =
        targets instanceof LoraTargets.Named named ? named.names() : layers.linearNames();
    names.stream().sorted().forEach(json.putArray(key)::add);
  }

  private static void putModules(ObjectNode json, List<String> modules) {
    if (modules.isEmpty()) {
      json.putNull(SAVED);
    } else {
      modules.forEach(json.putArray(SAVED)::add);
    }
  }

  private static void refuseOthers(ConfigKeys keys, ObjectNode json) {
    if (!keys.string("peft_type", "").equals("LORA")) {
      String found = keys.has("peft_type") ? "is " + json.get("peft_type") : "is missing";
      throw keys.problem("peft_type", found + "; only LORA is supported");
    }
    if (!keys.string("bias", "none").equals("none")) {
      throw keys.problem("bias", "is " + json.get("bias") + "; adapters of biases are not read");
    }
    JsonNode fill = json.path("init_lora_weights");
    if (fill.isTextual() && !HARMLESS_FILLS.contains(fill.textValue())) {
      throw keys.problem(
          "init_lora_weights",
          "is " + fill + ", which changes the base model's weights; convert the adapter with PEFT");
    }
    for (String key : keys.names()) {
      boolean known = KNOWN.contains(key) || key.startsWith(OWN);
      if (!known && isSet(json.get(key))) {
        throw keys.problem(
            key,
            "is "
                + json.get(key)
                + ", which changes what the adapter computes and is not supported");
      }
    }
  }

  private static boolean isSet(JsonNode value) {
    boolean off =
        value.isNull()
            || (value.isBoolean() && !value.booleanValue())
            || (value.isContainerNode() && value.isEmpty());
    return !off;
  }

  private static LoraConfig lora(ConfigKeys keys, ObjectNode json) {
    Map<String, Integer> ranks = new LinkedHashMap<>();
    ConfigKeys rankPattern = keys.object("rank_pattern");
    rankPattern.names().forEach(l -> ranks.put(regex(rankPattern, l), rankPattern.sizeOr(l, 1)));
    Map<String, Double> alphas = new LinkedHashMap<>();
    ConfigKeys alphaPattern = keys.object("alpha_pattern");
    alphaPattern
        .names()
        .forEach(l -> alphas.put(regex(alphaPattern, l), alphaPattern.number(l, 1)));
    return new LoraConfig(
        keys.sizeOr("r", LoraConfig.DEFAULT_RANK),
        keys.number("lora_alpha", LoraConfig.DEFAULT_ALPHA),
        targets(keys, json.path(TARGETS)),
        keys.flag("use_rslora", false),
        keys.has(SAVED) ? keys.strings(SAVED) : List.of(),
        ranks,
        alphas);
  }

  private static String regex(ConfigKeys keys, String layer) {
    try {
      return Pattern.compile(layer).pattern();
    } catch (PatternSyntaxException e) {
      throw keys.problem(layer, "is not a regular expression: " + e.getDescription());
    }
  }

  private static LoraTargets targets(ConfigKeys keys, JsonNode value) {
    if (!value.isTextual()) {
      return new LoraTargets.Named(keys.strings(TARGETS));
    }
    if (value.textValue().equalsIgnoreCase("all-linear")) {
      return new LoraTargets.AllLinear();
    }
    try {
      return new LoraTargets.Matching(value.textValue());
    } catch (PatternSyntaxException e) {
      throw keys.problem(TARGETS, "is not a regular expression: " + e.getDescription());
    }
  }

  /** The adapter. */
  public LoraConfig lora() {
    return lora;
  }

  /** Where the base model is, if it is said: a directory, or a name on the Hub. */
  public Optional<String> baseModel() {
    return Optional.ofNullable(json.path(BASE).textValue());
  }

  /** Whether it is for a sequence classifier, as a reward model is. */
  public boolean isClassifier() {
    return json.path("task_type").asText().equals("SEQ_CLS");
  }

  /** The dropout it was trained with, which is not applied here. */
  public double dropout() {
    return json.path("lora_dropout").asDouble(0);
  }

  /**
   * A copy as it is written beside trained weights.
   *
   * @param base where the base model is
   * @param heads modules of the policy's own that are saved with it; a reward model by them
   */
  public AdapterConfig saved(String base, List<String> heads) {
    ObjectNode changed = json.deepCopy();
    changed.put(BASE, base);
    changed.put("inference_mode", true);
    if (!heads.isEmpty()) {
      List<String> modules = new ArrayList<>(lora.modulesToSave());
      heads.stream().filter(h -> !modules.contains(h)).forEach(modules::add);
      putModules(changed, modules);
      changed.put("task_type", heads.contains("score") ? "SEQ_CLS" : "CAUSAL_LM");
    }
    return new AdapterConfig(lora, changed);
  }

  /** The text of a key that Fettle adds; empty where it is absent. */
  public String text(String key) {
    return json.path(key).asText();
  }

  /** A copy with a key that Fettle adds. */
  public AdapterConfig with(String key, String value) {
    return with(key, TextNode.valueOf(value));
  }

  /** A copy with a key that Fettle adds, or without it where the value is missing. */
  public AdapterConfig with(String key, JsonNode value) {
    ObjectNode changed = json.deepCopy();
    if (value.isMissingNode()) {
      changed.remove(key);
    } else {
      changed.set(key, value);
    }
    return new AdapterConfig(lora, changed);
  }

  /** The value of a key that Fettle adds; a missing node where it is absent. */
  public JsonNode value(String key) {
    return json.path(key);
  }

  /** Writes {@code adapter_config.json} into a directory, atomically. */
  public void write(Path adapterDir) {
    StrictJson.writeObject(adapterDir.resolve(FILE), json);
  }
}
