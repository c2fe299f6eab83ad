package dev.fettle.tokenizer.check;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An object in the file, with the path that names it in errors. Each getter gives a value of the
 * kind it says or the fault that there is none.
 *
 * @param path such as {@code pre_tokenizer.pretokenizers[1]}
 * @param node the JSON object
 */
record Part(String path, JsonNode node) {

  /** Longer texts than these have no use in a tokenizer and cost memory for each match. */
  private static final int LONGEST = 1000;

  static Part of(String path, JsonNode node) {
    if (!node.isObject()) {
      throw new Fault(path + " must be an object, not " + kind(node));
    }
    return new Part(path, node);
  }

  String at(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  Fault fault(String key, String what) {
    return new Fault(at(key) + " " + what);
  }

  boolean has(String key) {
    return node.hasNonNull(key);
  }

  JsonNode get(String key) {
    return node.path(key);
  }

  boolean flag(String key, boolean fallback) {
    return has(key) ? flag(key) : fallback;
  }

  boolean flag(String key) {
    JsonNode value = node.path(key);
    if (!value.isBoolean()) {
      throw wrong(key, "true or false", value);
    }
    return value.booleanValue();
  }

  String text(String key) {
    return text(key, LONGEST);
  }

  String text(String key, int longest) {
    JsonNode value = node.path(key);
    if (!value.isTextual()) {
      throw wrong(key, "a text", value);
    }
    if (value.textValue().length() > longest) {
      throw fault(key, "has more than " + longest + " characters");
    }
    return wellFormed(at(key), value.textValue());
  }

  String text(String key, String fallback) {
    return has(key) ? text(key) : fallback;
  }

  @Nullable String textOrNull(String key) {
    return has(key) ? text(key) : null;
  }

  /** A text of one character. */
  String character(String key) {
    String text = text(key);
    if (text.codePointCount(0, text.length()) != 1) {
      throw fault(key, "must be one character, not '" + text + "'");
    }
    return text;
  }

  int number(String key, int least, int most) {
    return number(at(key), node.path(key), least, most);
  }

  static int number(String path, JsonNode value, int least, int most) {
    if (!value.isIntegralNumber()
        || !value.canConvertToInt()
        || value.intValue() < least
        || value.intValue() > most) {
      throw new Fault(
          path + " must be a whole number from " + least + " to " + most + ", not " + kind(value));
    }
    return value.intValue();
  }

  String choice(String key, List<String> choices) {
    String text = text(key);
    if (!choices.contains(text)) {
      throw fault(key, "is '" + text + "'; it must be one of " + String.join(", ", choices));
    }
    return text;
  }

  List<Part> parts(String key) {
    JsonNode list = node.path(key);
    if (!list.isArray()) {
      throw wrong(key, "a list", list);
    }
    List<Part> parts = new ArrayList<>();
    for (JsonNode item : list) {
      parts.add(Part.of(at(key) + "[" + parts.size() + "]", item));
    }
    return parts;
  }

  private Fault wrong(String key, String wanted, JsonNode found) {
    return fault(key, "must be " + wanted + ", not " + kind(found));
  }

  /** A lone surrogate cannot be written as UTF-8. */
  static String wellFormed(String path, String text) {
    // Read by code points, a pair is one; what is left of a surrogate then stands alone.
    if (text.codePoints().anyMatch(c -> c >= 0xD800 && c <= 0xDFFF)) {
      throw new Fault(path + " holds half a character (a lone surrogate)");
    }
    return text;
  }

  static String kind(JsonNode node) {
    if (node.isMissingNode()) {
      return "missing";
    }
    String text = node.toString();
    return text.length() > 60 ? text.substring(0, 57) + "..." : text;
  }
}
