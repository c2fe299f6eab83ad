package dev.fettle.jinja;

import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * {@code json.dumps}, with the spacing Python gives it: what {@code tojson} writes in a chat
 * template.
 */
final class JsonText {

  private final Bounds bounds;
  private final boolean asciiOnly;
  private final boolean sortKeys;
  private final boolean newLines;
  private final String indent;
  private final long indents;
  private final String itemSeparator;
  private final String keySeparator;
  private final Text out;

  private JsonText(Arguments arguments) {
    bounds = arguments.bounds();
    out = new Text(bounds);
    asciiOnly = arguments.truth(0, "ensure_ascii", false);
    Object step = arguments.get(1, "indent", None.NONE);
    indent = step instanceof String s ? s : " ";
    indents = step instanceof String ? 1 : step == None.NONE ? 0 : Values.asLong(step);
    boolean pretty = step != None.NONE;
    Object separators = arguments.get(2, "separators", None.NONE);
    if (separators == None.NONE) {
      itemSeparator = pretty ? "," : ", ";
      keySeparator = ": ";
    } else {
      List<Object> pair = Values.iterate(bounds, separators);
      if (pair.size() != 2) {
        throw new TemplateException("tojson: separators must be two texts");
      }
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
    } else if (value instanceof Double d) {
      out.append(number(d));
    } else if (value instanceof Boolean || value instanceof Number) {
      out.append(value.toString());
    } else if (value instanceof List<?> list) {
      list(list, depth);
    } else if (value instanceof PyDict dict) {
      dict(dict, depth);
    } else {
      throw new TemplateException(
          "Object of type " + Values.typeName(value) + " is not JSON serializable");
    }
  }

  private String number(double d) {
    if (Double.isNaN(d)) {
      return "NaN";
    }
    return Double.isInfinite(d) ? (d > 0 ? "Infinity" : "-Infinity") : Repr.number(bounds, d);
  }

  private void list(List<?> list, int depth) {
    if (list.isEmpty()) {
      out.append("[]");
      return;
    }
    bounds.enter();
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
    bounds.leave();
  }

  private void dict(PyDict dict, int depth) {
    if (dict.size() == 0) {
      out.append("{}");
      return;
    }
    bounds.enter();
    out.append('{');
    String separator = "";
    for (Map.Entry<Key, Object> entry : entries(dict)) {
      out.append(separator);
      separator = itemSeparator;
      newLine(depth + 1);
      string(key(entry.getKey().shown()));
      out.append(keySeparator);
      write(entry.getValue(), depth + 1);
    }
    newLine(depth);
    out.append('}');
    bounds.leave();
  }

  private List<Map.Entry<Key, Object>> entries(PyDict dict) {
    bounds.growItems(0, dict.size(), Bounds.ITEM);
    if (!sortKeys) {
      return List.copyOf(dict.entries());
    }
    Comparator<Map.Entry<Key, Object>> byKey =
        (a, b) -> Values.compare(bounds, "<", a.getKey().shown(), b.getKey().shown());
    return dict.entries().stream().sorted(byKey).toList();
  }

  private String key(Object key) {
    if (key instanceof String s) {
      return s;
    }
    if (key instanceof Boolean || key instanceof Double || key instanceof Number) {
      return key instanceof Double d ? number(d) : key.toString();
    }
    if (key == None.NONE) {
      return "null";
    }
    throw new TemplateException(
        "keys must be str, int, float, bool or None, not " + Values.typeName(key));
  }

  private void newLine(int depth) {
    if (newLines) {
      out.append('\n').repeat(indent, indents <= 0 ? 0 : times(depth));
    }
  }

  private long times(int depth) {
    // More than any text holds is enough to say so.
    return Math.min(indents, Integer.MAX_VALUE) * depth;
  }

  private void string(String s) {
    bounds.spend(s.length());
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
            out.append("\\u").hex(c, 4);
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }
}
