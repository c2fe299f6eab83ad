package dev.fettle.jinja;

import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The functions a chat template may call without defining them. */
final class Globals {

  /** As in Jinja's sandbox. */
  private static final long LONGEST_RANGE = 100_000;

  private Globals() {}

  /**
   * @param clock what {@code strftime_now} reads
   */
  static Map<String, Object> with(Clock clock) {
    Map<String, Object> globals = new HashMap<>();
    globals.put("namespace", (PyFunction) Globals::namespace);
    globals.put("dict", (PyFunction) Globals::dict);
    globals.put("range", (PyFunction) Globals::range);
    globals.put("raise_exception", (PyFunction) Globals::raise);
    globals.put(
        "strftime_now",
        (PyFunction) arguments -> Strftime.format(clock, arguments.text(0, "format", "")));
    return globals;
  }

  private static Object raise(Arguments arguments) {
    throw new TemplateException(Repr.str(arguments.require(0, "message")));
  }

  private static Object namespace(Arguments arguments) {
    Map<String, Object> values = new HashMap<>();
    for (Object given : arguments.positional()) {
      if (given instanceof Map<?, ?> map) {
        map.forEach((key, value) -> values.put(Values.asString(key), value));
      }
    }
    values.putAll(arguments.named());
    return new Namespace(values);
  }

  private static Object dict(Arguments arguments) {
    Map<Object, Object> values = new LinkedHashMap<>();
    for (Object given : arguments.positional()) {
      if (given instanceof Map<?, ?> map) {
        values.putAll(map);
      }
    }
    values.putAll(arguments.named());
    return values;
  }

  private static Object range(Arguments arguments) {
    List<Object> given = arguments.positional();
    long start = given.size() > 1 ? Values.asLong(given.get(0)) : 0;
    long stop = Values.asLong(given.size() > 1 ? given.get(1) : arguments.require(0, "stop"));
    long step = given.size() > 2 ? Values.asLong(given.get(2)) : 1;
    if (step == 0) {
      throw new TemplateException("range() arg 3 must not be zero");
    }
    List<Object> values = new ArrayList<>();
    for (long i = start; step > 0 ? i < stop : i > stop; i += step) {
      if (values.size() == LONGEST_RANGE) {
        throw new TemplateException(
            "Range too big. The sandbox blocks ranges larger than MAX_RANGE ("
                + LONGEST_RANGE
                + ").");
      }
      values.add(i);
    }
    return values;
  }
}
