package dev.fettle.jinja;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The filters, by name: those on text and numbers here, those on sequences in {@link
 * SequenceFilters}.
 */
final class Filters {

  static final Map<String, Calls.Callable> ALL = all();

  private Filters() {}

  private static Map<String, Calls.Callable> all() {
    Map<String, Calls.Callable> filters = new HashMap<>(SequenceFilters.ALL);
    filters.put("default", Filters::otherwise);
    filters.put("d", Filters::otherwise);
    filters.put("string", (v, a) -> text(v, a));
    filters.put("safe", (v, a) -> text(v, a));
    filters.put("tojson", JsonText::dumps);
    filters.put("upper", (v, a) -> PyText.upper(text(v, a)));
    filters.put("lower", (v, a) -> PyText.lower(text(v, a)));
    filters.put("capitalize", (v, a) -> PyText.capitalize(text(v, a)));
    filters.put("title", (v, a) -> PyText.title(a.bounds(), text(v, a)));
    filters.put("trim", Filters::trim);
    filters.put("replace", Filters::replace);
    filters.put("indent", Filters::indent);
    filters.put("truncate", Filters::truncate);
    filters.put("escape", Filters::escape);
    filters.put("e", Filters::escape);
    filters.put("wordcount", Filters::words);
    filters.put("format", Filters::format);
    filters.put("int", Filters::integer);
    filters.put("float", Filters::real);
    filters.put("abs", (v, a) -> absolute(v));
    filters.put("round", Filters::round);
    filters.put("attr", (v, a) -> Attributes.attribute(a.bounds(), v, a.text(0, "name", "")));
    return Map.copyOf(filters);
  }

  static Object apply(String name, Object value, Arguments arguments) {
    Calls.Callable filter = ALL.get(name);
    if (filter == null) {
      throw new TemplateException("No filter named '" + name + "'.");
    }
    return Calls.call(filter, value, arguments);
  }

  private static String text(Object value, Arguments arguments) {
    return Repr.str(arguments.bounds(), value);
  }

  private static Object otherwise(Object value, Arguments arguments) {
    boolean missing =
        value instanceof Undefined
            || (arguments.truth(1, "boolean", false) && !Values.truth(value));
    return missing ? arguments.get(0, "default_value", "") : value;
  }

  private static Object trim(Object value, Arguments arguments) {
    String text = text(value, arguments);
    Object chars = arguments.get(0, "chars", None.NONE);
    if (chars == None.NONE) {
      return PyText.strip(text);
    }
    String set = Values.asString(chars);
    Bounds bounds = arguments.bounds();
    return PyText.lstrip(bounds, PyText.rstrip(bounds, text, set), set);
  }

  private static Object replace(Object value, Arguments arguments) {
    String old = text(arguments.require(0, "old"), arguments);
    String replacement = text(arguments.require(1, "new"), arguments);
    return PyText.replace(arguments, text(value, arguments), old, replacement);
  }

  private static Object indent(Object value, Arguments arguments) {
    Object width = arguments.get(0, "width", 4L);
    String indent = width instanceof String s ? s : " ";
    long times = width instanceof String ? 1 : Values.asLong(width);
    boolean first = arguments.truth(1, "first", false);
    boolean blank = arguments.truth(2, "blank", false);
    String text = text(value, arguments);
    Text out = new Text(arguments.bounds());
    int from = 0;
    while (from >= 0) {
      int newline = text.indexOf('\n', from);
      int end = newline < 0 ? text.length() : newline;
      boolean indented = from == 0 ? first : blank || end > from;
      out.repeat(indent, indented ? times : 0).append(text, from, newline < 0 ? end : end + 1);
      from = newline < 0 ? -1 : newline + 1;
    }
    return out.toString();
  }

  private static Object truncate(Object value, Arguments arguments) {
    String text = text(value, arguments);
    long length = arguments.integer(0, "length", 255);
    boolean killWords = arguments.truth(1, "killwords", false);
    String end = arguments.text(2, "end", "...");
    long leeway = arguments.integer(3, "leeway", 5);
    long tail = PyText.length(end);
    if (length < tail || leeway < 0) {
      throw new TemplateException(
          length < tail
              ? "expected length >= %d, got %d".formatted(tail, length)
              : "expected leeway >= 0, got " + leeway);
    }
    if (PyText.length(text) - leeway <= length) {
      return text;
    }
    String cut = text.substring(0, text.offsetByCodePoints(0, (int) (length - tail)));
    int space = cut.lastIndexOf(' ');
    return (killWords || space < 0 ? cut : cut.substring(0, space)) + end;
  }

  private static Object escape(Object value, Arguments arguments) {
    String text = text(value, arguments);
    Text out = new Text(arguments.bounds());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '&' -> out.append("&amp;");
        case '<' -> out.append("&lt;");
        case '>' -> out.append("&gt;");
        case '\'' -> out.append("&#39;");
        case '"' -> out.append("&#34;");
        default -> out.append(c);
      }
    }
    return out.toString();
  }

  private static Object words(Object value, Arguments arguments) {
    return (long) Splits.spaces(new Items(arguments.bounds()), text(value, arguments), -1).size();
  }

  private static Object format(Object value, Arguments arguments) {
    return PercentFormat.format(
        arguments.bounds(), text(value, arguments), new PyTuple(arguments.positional()));
  }

  private static Object integer(Object value, Arguments arguments) {
    Object otherwise = arguments.get(0, "default", 0L);
    if (value instanceof String s) {
      Long whole = Numbers.whole(s);
      if (whole != null) {
        return whole;
      }
      Double real = Numbers.real(s);
      return real == null || real.isNaN() || real.isInfinite()
          ? otherwise
          : (Object) Numbers.truncated(real);
    }
    if (value instanceof Double d) {
      return d.isNaN() ? otherwise : (Object) Numbers.truncated(d);
    }
    return Numbers.is(value) ? (Object) Values.asLong(value) : otherwise;
  }

  private static Object real(Object value, Arguments arguments) {
    Object otherwise = arguments.get(0, "default", 0.0);
    if (value instanceof String s) {
      Double real = Numbers.real(s);
      return real == null ? otherwise : real;
    }
    return Numbers.is(value) ? (Object) Values.asDouble(value) : otherwise;
  }

  private static Object absolute(Object value) {
    if (value instanceof Double d) {
      return Math.abs(d);
    }
    return Values.asLong(value) < 0 ? Arithmetic.negate(value) : (Object) Values.asLong(value);
  }

  private static Object round(Object value, Arguments arguments) {
    double number = Values.asDouble(value);
    // No double has more digits than this on either side of its point.
    long precision = Math.max(-340, Math.min(340, arguments.integer(0, "precision", 0)));
    double factor = Math.pow(10, (double) precision);
    double scaled = number * factor;
    if (Double.isNaN(scaled) || Double.isInfinite(scaled)) {
      return number;
    }
    double rounded =
        switch (arguments.text(1, "method", "common")) {
          case "ceil" -> Math.ceil(scaled);
          case "floor" -> Math.floor(scaled);
          case "common" -> Math.rint(scaled);
          default -> throw new TemplateException("method must be common, ceil or floor");
        };
    return factor == 0 ? (Object) 0.0 : (Object) (rounded / factor);
  }

  /**
   * The value of an attribute written {@code a.b.0}, as {@code map} and {@code selectattr} take it.
   */
  static Object path(Bounds bounds, Object owner, String path) {
    return path(bounds, owner, path, null);
  }

  /**
   * The same, with a value for what is missing on the way.
   *
   * @param otherwise null for none
   */
  static Object path(Bounds bounds, Object owner, String path, @Nullable Object otherwise) {
    Object value = owner;
    int from = 0;
    while (from <= path.length()) {
      int dot = path.indexOf('.', from);
      int end = dot < 0 ? path.length() : dot;
      String part = path.substring(from, end);
      bounds.spend(Bounds.NODE + part.length());
      Long index = isIndex(part) ? Numbers.whole(part) : null;
      value = Attributes.item(bounds, value, index == null ? part : index);
      if (value instanceof Undefined && otherwise != null) {
        value = otherwise;
      }
      from = end + 1;
    }
    return value;
  }

  private static boolean isIndex(String part) {
    return !part.isEmpty() && part.chars().allMatch(c -> c >= '0' && c <= '9');
  }
}
