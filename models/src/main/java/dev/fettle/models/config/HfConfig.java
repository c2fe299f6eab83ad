package dev.fettle.models.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fettle.models.config.LlamaConfig.Family;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A model directory's {@code config.json}: the typed architecture, and the JSON it came from so
 * that saving keeps what Fettle does not know. Absent keys have the defaults of transformers'
 * config classes, except the sizes that make a model, which must be present.
 */
public final class HfConfig {
  /** The file's name in a model directory. */
  public static final String FILE = "config.json";

  private static final List<String> SUPPORTED =
      List.of("llama", "mistral", "qwen2", "qwen3", "gpt2", "gpt_neox");

  private final Path file;
  private final ObjectNode json;
  private final ModelConfig model;

  private HfConfig(Path file, ObjectNode json) {
    this.file = file;
    this.json = json;
    this.model = model(new ConfigKeys(file, json));
  }

  /**
   * Reads {@code config.json} of a model directory.
   *
   * @throws ModelFileException naming file and key if it is absent, malformed or unsupported
   */
  public static HfConfig read(Path modelDir) {
    Path file = modelDir.resolve(FILE);
    return new HfConfig(file, StrictJson.readObject(file));
  }

  /**
   * A config from JSON in memory.
   *
   * @param origin named in errors
   * @throws ModelFileException naming the key that is missing, malformed or unsupported
   */
  public static HfConfig of(Path origin, ObjectNode json) {
    return new HfConfig(origin, json.deepCopy());
  }

  /** A copy with one key set; the architecture is read anew. */
  public HfConfig with(String key, JsonNode value) {
    ObjectNode changed = json.deepCopy();
    changed.set(key, value);
    return new HfConfig(file, changed);
  }

  /** A copy without a key. */
  public HfConfig without(String key) {
    ObjectNode changed = json.deepCopy();
    changed.remove(key);
    return new HfConfig(file, changed);
  }

  /** The typed architecture. */
  public ModelConfig model() {
    return model;
  }

  /** The whole JSON; a copy. */
  public ObjectNode json() {
    return json.deepCopy();
  }

  /** The transformers classes the weights are for, such as {@code LlamaForCausalLM}. */
  public List<String> architectures() {
    List<String> names = new ArrayList<>();
    json.path("architectures").forEach(n -> names.add(n.asText()));
    return List.copyOf(names);
  }

  /** Writes {@code config.json} into a directory, atomically: the keys read, plus those changed. */
  public void write(Path modelDir) {
    StrictJson.writeObject(modelDir.resolve(FILE), json);
  }

  private static ModelConfig model(ConfigKeys keys) {
    if (keys.has("quantization_config")) {
      throw keys.problem(
          "quantization_config", "marks quantised weights, which are not read; use the BF16 model");
    }
    String type = keys.string("model_type", "");
    return switch (type) {
      case "llama" -> LlamaConfig.from(Family.LLAMA, keys);
      case "mistral" -> LlamaConfig.from(Family.MISTRAL, keys);
      case "qwen2" -> LlamaConfig.from(Family.QWEN2, keys);
      case "qwen3" -> LlamaConfig.from(Family.QWEN3, keys);
      case "gpt2" -> Gpt2Config.from(keys);
      case "gpt_neox" -> GptNeoxConfig.from(keys);
      case "" -> throw keys.problem("model_type", "is missing; expected one of " + SUPPORTED);
      default ->
          throw keys.problem(
              "model_type", "'" + type + "' is not supported; expected one of " + SUPPORTED);
    };
  }
}
