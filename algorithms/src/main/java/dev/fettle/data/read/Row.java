package dev.fettle.data.read;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;

/**
 * One row as its file holds it.
 *
 * @param fields columns and values; nulls are kept
 * @param origin where it is
 */
public record Row(ObjectNode fields, RowOrigin origin) {

  /** About how many characters it has as JSON. */
  public long size() {
    return size(fields);
  }

  private static long size(JsonNode value) {
    if (value.isTextual()) {
      return value.textValue().length() + 2L;
    }
    long size = 4;
    for (JsonNode below : value) {
      size += size(below);
    }
    return size;
  }

  /** What a JSON value is, in words. */
  public static String kind(JsonNode value) {
    return switch (value.getNodeType()) {
      case ARRAY -> "an array";
      case OBJECT -> "an object";
      case STRING -> "a text";
      case NUMBER -> "a number";
      case BOOLEAN -> "a boolean";
      default -> value.getNodeType().name().toLowerCase(Locale.ROOT);
    };
  }
}
