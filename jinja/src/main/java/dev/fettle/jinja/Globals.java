package dev.fettle.jinja;

import java.time.Clock;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** The functions a chat template may call without defining them. */
final class Globals {

  static final Map<String, Calls.Callable> ALL =
      Map.of(
          "namespace", (self, a) -> namespace(a),
          "dict", (self, a) -> dict(a),
          "range", (self, a) -> PyRange.of(a),
          "raise_exception", (self, a) -> raise(a));

  private Globals() {}

  /**
   * @param clock what {@code strftime_now} reads
   */
  static Map<String, Object> with(Clock clock) {
    Map<String, Object> globals = new HashMap<>();
    ALL.forEach((name, function) -> globals.put(name, Calls.Bound.function(function)));
    globals.put(
        "strftime_now",
        Calls.Bound.function(
            (self, a) -> Strftime.format(a.bounds(), clock, a.text(0, "format", ""))));
    return globals;
  }

  private static Object raise(Arguments arguments) {
    throw new TemplateException(Repr.str(arguments.bounds(), arguments.require(0, "message")));
  }

  private static Object namespace(Arguments arguments) {
    PyDict values = dict(arguments);
    Map<String, Object> attributes = new LinkedHashMap<>();
    values
        .entries()
        .forEach(e -> attributes.put(Values.asString(e.getKey().shown()), e.getValue()));
    return new Namespace(attributes);
  }

  private static PyDict dict(Arguments arguments) {
    Bounds bounds = arguments.bounds();
    PyDict values = new PyDict();
    for (Object given : arguments.positional()) {
      if (given instanceof PyDict dict) {
        values.putAll(bounds, dict);
      }
    }
    arguments.named().forEach((name, value) -> values.put(bounds, name, value));
    return values;
  }
}
