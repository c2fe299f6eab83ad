package dev.fettle.jinja;

import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;
import java.util.function.IntPredicate;

/** The methods of Python's {@code str} that chat templates use. */
final class StringMethods {

  @FunctionalInterface
  private interface Method {
    Object call(String self, Arguments arguments);
  }

  static final Map<String, Calls.Callable> ALL =
      Map.ofEntries(
          method("strip", (s, a) -> trim(s, a, true, true)),
          method("lstrip", (s, a) -> trim(s, a, true, false)),
          method("rstrip", (s, a) -> trim(s, a, false, true)),
          method("split", (s, a) -> Splits.split(s, a, false)),
          method("rsplit", (s, a) -> Splits.split(s, a, true)),
          method("splitlines", Splits::lines),
          method("partition", (s, a) -> Splits.partition(s, a, false)),
          method("rpartition", (s, a) -> Splits.partition(s, a, true)),
          method("startswith", (s, a) -> any(s, a, String::startsWith)),
          method("endswith", (s, a) -> any(s, a, String::endsWith)),
          method("removeprefix", (s, a) -> removePrefix(s, a.text(0, "prefix", ""))),
          method("removesuffix", (s, a) -> removeSuffix(s, a.text(0, "suffix", ""))),
          method("replace", StringMethods::replace),
          method("upper", (s, a) -> PyText.upper(s)),
          method("lower", (s, a) -> PyText.lower(s)),
          method("casefold", (s, a) -> PyText.lower(PyText.upper(s))),
          method("capitalize", (s, a) -> PyText.capitalize(s)),
          method("swapcase", (s, a) -> PyText.swapCase(a.bounds(), s)),
          method("title", (s, a) -> PyText.title(a.bounds(), s)),
          method("find", (s, a) -> points(s, Search.first(s, sub(a)))),
          method("rfind", (s, a) -> points(s, Search.last(s, sub(a)))),
          method("index", (s, a) -> index(s, sub(a))),
          method("count", (s, a) -> count(s, sub(a))),
          method("join", (s, a) -> join(s, a)),
          method("zfill", StringMethods::zeroFill),
          method("ljust", (s, a) -> justify(s, a, 0, 1)),
          method("rjust", (s, a) -> justify(s, a, 1, 0)),
          method("center", StringMethods::center),
          method("isdigit", (s, a) -> all(s, Character::isDigit)),
          method("isnumeric", (s, a) -> all(s, Character::isDigit)),
          method("isalpha", (s, a) -> all(s, Character::isLetter)),
          method("isalnum", (s, a) -> all(s, Character::isLetterOrDigit)),
          method("isspace", (s, a) -> all(s, PyText::isSpace)),
          method("islower", (s, a) -> s.equals(PyText.lower(s)) && !s.equals(PyText.upper(s))),
          method("isupper", (s, a) -> s.equals(PyText.upper(s)) && !s.equals(PyText.lower(s))),
          method("format", BraceFormat::format));

  private StringMethods() {}

  private static Map.Entry<String, Calls.Callable> method(String name, Method method) {
    return Map.entry(name, (self, arguments) -> method.call((String) self, arguments));
  }

  private static Object trim(String s, Arguments arguments, boolean left, boolean right) {
    Object chars = arguments.get(0, "chars", None.NONE);
    if (chars == None.NONE) {
      String head = left ? PyText.lstrip(s) : s;
      return right ? PyText.rstrip(head) : head;
    }
    String head = left ? PyText.lstrip(arguments.bounds(), s, Values.asString(chars)) : s;
    return right ? PyText.rstrip(arguments.bounds(), head, Values.asString(chars)) : head;
  }

  private static String replace(String s, Arguments arguments) {
    return PyText.replace(
        arguments,
        s,
        Values.asString(arguments.require(0, "old")),
        Values.asString(arguments.require(1, "new")));
  }

  private static Object any(String s, Arguments arguments, BiPredicate<String, String> test) {
    Object wanted = arguments.require(0, "prefix");
    if (wanted instanceof PyTuple options) {
      for (Object option : options) {
        arguments.bounds().read(option);
        if (test.test(s, Values.asString(option))) {
          return true;
        }
      }
      return false;
    }
    return test.test(s, Values.asString(wanted));
  }

  private static String removePrefix(String s, String prefix) {
    return s.startsWith(prefix) ? s.substring(prefix.length()) : s;
  }

  private static String removeSuffix(String s, String suffix) {
    return s.endsWith(suffix) ? s.substring(0, s.length() - suffix.length()) : s;
  }

  private static String sub(Arguments arguments) {
    return Values.asString(arguments.require(0, "sub"));
  }

  private static Object points(String s, int unit) {
    return unit < 0 ? -1L : (long) s.codePointCount(0, unit);
  }

  private static Object index(String s, String part) {
    int at = Search.first(s, part);
    if (at < 0) {
      throw new TemplateException("substring not found");
    }
    return points(s, at);
  }

  private static Object count(String s, String part) {
    if (part.isEmpty()) {
      return PyText.length(s) + 1L;
    }
    Search search = Search.forward(part);
    long count = 0;
    for (int at = search.find(s, 0); at >= 0; at = search.find(s, at + part.length())) {
      count++;
    }
    return count;
  }

  private static Object join(String separator, Arguments arguments) {
    List<Object> items = Values.iterate(arguments.bounds(), arguments.require(0, "iterable"));
    Text out = new Text(arguments.bounds());
    for (int i = 0; i < items.size(); i++) {
      out.append(i == 0 ? "" : separator).append(Values.asString(items.get(i)));
    }
    return out.toString();
  }

  private static long missing(String s, Arguments arguments) {
    return Math.max(0, Values.asLong(arguments.require(0, "width")) - PyText.length(s));
  }

  private static Object zeroFill(String s, Arguments arguments) {
    boolean signed = s.startsWith("-") || s.startsWith("+");
    Text out = new Text(arguments.bounds()).append(signed ? s.substring(0, 1) : "");
    return out.repeat("0", missing(s, arguments)).append(signed ? s.substring(1) : s).toString();
  }

  /** Fills up on the left, on the right, or neither: each 0 or 1. */
  private static Object justify(String s, Arguments arguments, int left, int right) {
    String fill = fill(arguments);
    long missing = missing(s, arguments);
    Text out = new Text(arguments.bounds()).repeat(fill, left * missing).append(s);
    return out.repeat(fill, right * missing).toString();
  }

  private static Object center(String s, Arguments arguments) {
    long missing = missing(s, arguments);
    long width = Values.asLong(arguments.require(0, "width"));
    long left = missing / 2 + (missing & width & 1);
    String fill = fill(arguments);
    Text out = new Text(arguments.bounds()).repeat(fill, left).append(s);
    return out.repeat(fill, missing - left).toString();
  }

  private static String fill(Arguments arguments) {
    String fill = arguments.text(1, "fillchar", " ");
    if (PyText.length(fill) != 1) {
      throw new TemplateException("The fill character must be exactly one character long");
    }
    return fill;
  }

  private static Object all(String s, IntPredicate test) {
    return !s.isEmpty() && s.codePoints().allMatch(test);
  }
}
