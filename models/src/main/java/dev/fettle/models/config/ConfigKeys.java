package dev.fettle.models.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Typed reading of a {@code config.json} object; each failure names the file, the key and what was
 * expected. An explicit null counts as absent unless a method says otherwise.
 */
public final class ConfigKeys {
  private static final int LARGEST = 1 << 28;

  private final Path file;
  private final ObjectNode json;
  private final String prefix;

  /**
   * The keys of an object.
   *
   * @param file named in errors
   */
  public ConfigKeys(Path file, ObjectNode json) {
    this(file, json, "");
  }

  private ConfigKeys(Path file, ObjectNode json, String prefix) {
    this.file = file;
    this.json = json;
    this.prefix = prefix;
  }

  /** Whether a key is there and not null. */
  public boolean has(String key) {
    return json.hasNonNull(key);
  }

  boolean isNull(String key) {
    return json.path(key).isNull();
  }

  /** The first of several names for one thing that is present, else the first. */
  String firstOf(String key, String alias) {
    return has(key) || !has(alias) ? key : alias;
  }

  /** A required positive whole number, under either name. */
  int size(String key, String alias) {
    return size(firstOf(key, alias));
  }

  /** A required positive whole number. */
  int size(String key) {
    if (!has(key)) {
      throw problem(key, "is missing; expected a positive whole number");
    }
    return sizeOr(key, 1);
  }

  /** A positive whole number. */
  public int sizeOr(String key, int absent) {
    int value = count(key, absent);
    if (value < 1) {
      throw problem(key, "must be a positive whole number, found " + value);
    }
    if (value > LARGEST && has(key)) {
      // So that no sum or product of a few of them overflows.
      throw problem(
          key, "is " + value + ", more than the " + LARGEST + " that are read; correct it");
    }
    return value;
  }

  /** A whole number from 0. */
  int count(String key, int absent) {
    if (!has(key)) {
      return absent;
    }
    JsonNode n = json.get(key);
    if (!n.isIntegralNumber() || !n.canConvertToInt() || n.intValue() < 0) {
      throw expected(key, "a whole number");
    }
    return n.intValue();
  }

  /** A finite number. */
  public double number(String key, double absent) {
    if (!has(key)) {
      return absent;
    }
    JsonNode n = json.get(key);
    if (!n.isNumber() || !Double.isFinite(n.doubleValue())) {
      throw expected(key, "a number");
    }
    return n.doubleValue();
  }

  /** A required finite number. */
  double number(String key) {
    if (!has(key)) {
      throw problem(key, "is missing; expected a number");
    }
    return number(key, 0);
  }

  /** True or false. */
  public boolean flag(String key, boolean absent) {
    if (!has(key)) {
      return absent;
    }
    if (!json.get(key).isBoolean()) {
      throw expected(key, "true or false");
    }
    return json.get(key).booleanValue();
  }

  /** A string. */
  public String string(String key, String absent) {
    if (!has(key)) {
      return absent;
    }
    if (!json.get(key).isTextual()) {
      throw expected(key, "a string");
    }
    return json.get(key).textValue();
  }

  /** A required list of strings. */
  public List<String> strings(String key) {
    List<String> all = new ArrayList<>();
    for (JsonNode n : list(key)) {
      if (!n.isTextual()) {
        throw expected(key, "a list of strings");
      }
      all.add(n.textValue());
    }
    return List.copyOf(all);
  }

  List<Double> numbers(String key) {
    List<Double> all = new ArrayList<>();
    for (JsonNode n : list(key)) {
      if (!n.isNumber()) {
        throw expected(key, "a list of numbers");
      }
      all.add(n.doubleValue());
    }
    return List.copyOf(all);
  }

  private JsonNode list(String key) {
    if (!has(key)) {
      throw problem(key, "is missing; expected a list");
    }
    if (!json.get(key).isArray()) {
      throw expected(key, "a list");
    }
    return json.get(key);
  }

  /** A nested object's keys; none if it is absent. */
  public ConfigKeys object(String key) {
    if (!has(key)) {
      return new ConfigKeys(file, json.objectNode(), prefix + key + ".");
    }
    if (json.get(key) instanceof ObjectNode object) {
      return new ConfigKeys(file, object, prefix + key + ".");
    }
    throw expected(key, "an object");
  }

  boolean isEmpty() {
    return json.isEmpty();
  }

  /** The names of all keys. */
  public List<String> names() {
    return json.properties().stream().map(java.util.Map.Entry::getKey).toList();
  }

  /** The names of keys whose values are objects. */
  List<String> objectKeys() {
    return json.properties().stream()
        .filter(e -> e.getValue().isObject())
        .map(java.util.Map.Entry::getKey)
        .toList();
  }

  Activation activation(String key, String absent) {
    String name = string(key, absent);
    return Activation.named(name)
        .orElseThrow(
            () -> problem(key, "'" + name + "' is not supported; use one of " + Activation.NAMES));
  }

  /** The special tokens; an absent key has its default, an explicit null means none. */
  SpecialTokenIds specialTokens(@Nullable Integer bos, @Nullable Integer eos) {
    return new SpecialTokenIds(
        tokenId("bos_token_id", bos), eosIds(eos), tokenId("pad_token_id", null));
  }

  private OptionalInt tokenId(String key, @Nullable Integer absent) {
    if (!json.has(key)) {
      return absent == null ? OptionalInt.empty() : OptionalInt.of(absent);
    }
    // -1 is how some old models write "none".
    if (isNull(key) || json.get(key).asInt(0) == -1) {
      return OptionalInt.empty();
    }
    return OptionalInt.of(count(key, 0));
  }

  private List<Integer> eosIds(@Nullable Integer absent) {
    String key = "eos_token_id";
    if (!json.path(key).isArray()) {
      return tokenId(key, absent).stream().boxed().toList();
    }
    List<Integer> all = new ArrayList<>();
    for (JsonNode n : json.get(key)) {
      if (!n.isIntegralNumber() || !n.canConvertToInt() || n.intValue() < 0) {
        throw expected(key, "a token id or a list of token ids");
      }
      all.add(n.intValue());
    }
    return List.copyOf(all);
  }

  private ModelFileException expected(String key, String what) {
    String found = json.get(key).toString();
    String shown = found.length() <= 60 ? found : found.substring(0, 60) + "...";
    return problem(key, "must be " + what + ", found " + shown);
  }

  /** An error about one key. */
  public ModelFileException problem(String key, String what) {
    return new ModelFileException(file, "key '" + prefix + key + "' " + what);
  }
}
