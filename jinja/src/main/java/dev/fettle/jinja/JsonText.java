package dev.fettle.jinja;

import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * {@code json.dumps}, with the spacing Python gives it: what {@code tojson} writes in a chat
 * template.
 */
final class JsonText {

  private final boolean asciiOnly;
  private final boolean sortKeys;
  private final boolean newLines;
  private final String indent;
  private final String itemSeparator;
  private final String keySeparator;
  private final StringBuilder out = new StringBuilder();

  private JsonText(Arguments arguments) {
    asciiOnly = arguments.truth(0, "ensure_ascii", false);
    Object step = arguments.get(1, "indent", None.NONE);
    indent =
        step instanceof String s
            ? s
            : step == None.NONE ? "" : " ".repeat((int) Values.asLong(step));
    boolean pretty = step != None.NONE;
    Object separators = arguments.get(2, "separators", None.NONE);
    if (separators == None.NONE) {
      itemSeparator = pretty ? "," : ", ";
      keySeparator = ": ";
    } else {
      List<Object> pair = Values.iterate(separators);
      itemSeparator = Values.asString(pair.get(0));
      keySeparator = Values.asString(pair.get(1));
    }
    sortKeys = arguments.truth(3, "sort_keys", false);
    newLines = pretty;
  }

  /**
   * @param arguments of the filter: {@code ensure_ascii, indent, separators, sort_keys}
   */
  static String dumps(Object value, Arguments arguments) {
    JsonText json = new JsonText(arguments);
    json.write(value, 0);
    return json.out.toString();
  }

  private void write(Object value, int depth) {
    if (value instanceof String s) {
      string(s);
    } else if (value == None.NONE) {
      out.append("null");
    } else if (value instanceof Boolean || value instanceof Long) {
      out.append(value);
    } else if (value instanceof Double d) {
      out.append(number(d));
    } else if (value instanceof List<?> list) {
      list(list, depth);
    } else if (value instanceof Map<?, ?> map) {
      map(map, depth);
    } else {
      throw new TemplateException(
          "Object of type " + Values.typeName(value) + " is not JSON serializable");
    }
  }

  private static String number(double d) {
    if (Double.isNaN(d)) {
      return "NaN";
    }
    return Double.isInfinite(d) ? (d > 0 ? "Infinity" : "-Infinity") : Repr.number(d);
  }

  private void list(List<?> list, int depth) {
    if (list.isEmpty()) {
      out.append("[]");
      return;
    }
    out.append('[');
    String separator = "";
    for (Object item : list) {
      out.append(separator);
      separator = itemSeparator;
      newLine(depth + 1);
      write(item, depth + 1);
    }
    newLine(depth);
    out.append(']');
  }

  private void map(Map<?, ?> map, int depth) {
    if (map.isEmpty()) {
      out.append("{}");
      return;
    }
    List<? extends Map.Entry<?, ?>> entries = List.copyOf(map.entrySet());
    if (sortKeys) {
      entries = entries.stream().sorted(Comparator.comparing(e -> key(e.getKey()))).toList();
    }
    out.append('{');
    String separator = "";
    for (Map.Entry<?, ?> entry : entries) {
      out.append(separator);
      separator = itemSeparator;
      newLine(depth + 1);
      string(key(entry.getKey()));
      out.append(keySeparator);
      write(entry.getValue(), depth + 1);
    }
    newLine(depth);
    out.append('}');
  }

  private static String key(Object key) {
    if (key instanceof Boolean || key instanceof Long) {
      return key.toString();
    }
    return key == None.NONE ? "null" : Repr.str(key);
  }

  private void newLine(int depth) {
    if (newLines) {
      out.append('\n').append(indent.repeat(depth));
    }
  }

  private void string(String s) {
    out.append('"');
    for (int i = 0; i < s.length(); i++) {
      char c = s.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        case '\b' -> out.append("\\b");
        case '\f' -> out.append("\\f");
        default -> {
          if (c < 0x20 || (asciiOnly && c > 0x7e)) {
            out.append("\\u%04x".formatted((int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }
}
