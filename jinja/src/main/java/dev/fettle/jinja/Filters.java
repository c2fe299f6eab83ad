package dev.fettle.jinja;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The filters, by name: those on text and numbers here, those on sequences in {@link
 * SequenceFilters}.
 */
final class Filters {

  /** What stands right of a bar. */
  @FunctionalInterface
  interface Filter {
    Object apply(Object value, Arguments arguments);
  }

  private static final Map<String, Filter> ALL = all();

  private Filters() {}

  private static Map<String, Filter> all() {
    Map<String, Filter> filters = new HashMap<>(SequenceFilters.ALL);
    filters.put("default", Filters::otherwise);
    filters.put("d", Filters::otherwise);
    filters.put("string", (v, a) -> Repr.str(v));
    filters.put("safe", (v, a) -> v instanceof String ? v : Repr.str(v));
    filters.put("tojson", JsonText::dumps);
    filters.put("upper", (v, a) -> PyText.upper(Repr.str(v)));
    filters.put("lower", (v, a) -> PyText.lower(Repr.str(v)));
    filters.put("capitalize", (v, a) -> PyText.capitalize(Repr.str(v)));
    filters.put("title", (v, a) -> PyText.title(Repr.str(v)));
    filters.put("trim", Filters::trim);
    filters.put("replace", Filters::replace);
    filters.put("indent", Filters::indent);
    filters.put("truncate", Filters::truncate);
    filters.put("escape", (v, a) -> escape(Repr.str(v)));
    filters.put("e", (v, a) -> escape(Repr.str(v)));
    filters.put("wordcount", (v, a) -> (long) PyText.splitOnSpace(Repr.str(v), -1).size());
    filters.put("format", (v, a) -> PercentFormat.format(Repr.str(v), new PyTuple(a.positional())));
    filters.put("int", Filters::integer);
    filters.put("float", Filters::real);
    filters.put("abs", (v, a) -> absolute(v));
    filters.put("round", Filters::round);
    filters.put("attr", (v, a) -> Attributes.attribute(v, a.text(0, "name", "")));
    return Map.copyOf(filters);
  }

  static Object apply(String name, Object value, Arguments arguments) {
    Filter filter = ALL.get(name);
    if (filter == null) {
      throw new TemplateException("No filter named '" + name + "'.");
    }
    return filter.apply(value, arguments);
  }

  private static Object otherwise(Object value, Arguments arguments) {
    boolean missing =
        value instanceof Undefined
            || (arguments.truth(1, "boolean", false) && !Values.truth(value));
    return missing ? arguments.get(0, "default_value", "") : value;
  }

  private static Object trim(Object value, Arguments arguments) {
    String text = Repr.str(value);
    Object chars = arguments.get(0, "chars", None.NONE);
    if (chars == None.NONE) {
      return PyText.strip(text);
    }
    String set = Values.asString(chars);
    return PyText.lstrip(PyText.rstrip(text, set), set);
  }

  private static Object replace(Object value, Arguments arguments) {
    Object count = arguments.get(2, "count", None.NONE);
    return PyText.replace(
        Repr.str(value),
        Repr.str(arguments.require(0, "old")),
        Repr.str(arguments.require(1, "new")),
        count == None.NONE ? -1 : Values.asLong(count));
  }

  private static Object indent(Object value, Arguments arguments) {
    Object width = arguments.get(0, "width", 4L);
    String indent = width instanceof String s ? s : " ".repeat((int) Values.asLong(width));
    boolean first = arguments.truth(1, "first", false);
    boolean blank = arguments.truth(2, "blank", false);
    String[] lines = Repr.str(value).split("\n", -1);
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < lines.length; i++) {
      boolean indented = i == 0 ? first : blank || !lines[i].isEmpty();
      out.append(i == 0 ? "" : "\n").append(indented ? indent : "").append(lines[i]);
    }
    return out.toString();
  }

  private static Object truncate(Object value, Arguments arguments) {
    String text = Repr.str(value);
    int length = (int) arguments.integer(0, "length", 255);
    boolean killWords = arguments.truth(1, "killwords", false);
    String end = arguments.text(2, "end", "...");
    long leeway = arguments.integer(3, "leeway", 5);
    if (PyText.length(text) <= length + leeway) {
      return text;
    }
    String cut = text.substring(0, text.offsetByCodePoints(0, length - PyText.length(end)));
    int space = cut.lastIndexOf(' ');
    return (killWords || space < 0 ? cut : cut.substring(0, space)) + end;
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("'", "&#39;")
        .replace("\"", "&#34;");
  }

  private static Object integer(Object value, Arguments arguments) {
    Object otherwise = arguments.get(0, "default", 0L);
    try {
      if (value instanceof String s) {
        String text = PyText.strip(s).replace("_", "");
        return text.matches("[+-]?\\d+")
            ? (Object) Long.parseLong(text)
            : (long) Double.parseDouble(text);
      }
      return Values.isNumber(value) ? (Object) (long) Values.asDouble(value) : otherwise;
    } catch (NumberFormatException e) {
      return otherwise;
    }
  }

  private static Object real(Object value, Arguments arguments) {
    try {
      if (value instanceof String s) {
        return Double.parseDouble(PyText.strip(s));
      }
    } catch (NumberFormatException e) {
      return arguments.get(0, "default", 0.0);
    }
    return Values.isNumber(value)
        ? (Object) Values.asDouble(value)
        : arguments.get(0, "default", 0.0);
  }

  private static Object absolute(Object value) {
    return value instanceof Double d ? (Object) Math.abs(d) : Math.abs(Values.asLong(value));
  }

  private static Object round(Object value, Arguments arguments) {
    double factor = Math.pow(10, (double) arguments.integer(0, "precision", 0));
    double scaled = Values.asDouble(value) * factor;
    return switch (arguments.text(1, "method", "common")) {
      case "ceil" -> Math.ceil(scaled) / factor;
      case "floor" -> Math.floor(scaled) / factor;
      default -> Math.rint(scaled) / factor;
    };
  }

  /**
   * The value of an attribute written {@code a.b.0}, as {@code map} and {@code selectattr} take it.
   */
  static Object path(Object owner, String path) {
    return path(owner, path, null);
  }

  /**
   * The same, with a value for what is missing on the way.
   *
   * @param otherwise null for none
   */
  static Object path(Object owner, String path, @Nullable Object otherwise) {
    Object value = owner;
    for (String part : List.of(path.split("\\."))) {
      value =
          part.matches("\\d+")
              ? Attributes.item(value, Long.parseLong(part))
              : Attributes.item(value, part);
      if (value instanceof Undefined && otherwise != null) {
        value = otherwise;
      }
    }
    return value;
  }
}
