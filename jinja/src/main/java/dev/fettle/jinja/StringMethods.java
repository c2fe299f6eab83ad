package dev.fettle.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The methods of Python's {@code str} that chat templates use. */
final class StringMethods {

  @FunctionalInterface
  private interface Method {
    Object call(String self, Arguments arguments);
  }

  private static final Map<String, Method> METHODS =
      Map.ofEntries(
          Map.entry("strip", (s, a) -> trim(s, a, true, true)),
          Map.entry("lstrip", (s, a) -> trim(s, a, true, false)),
          Map.entry("rstrip", (s, a) -> trim(s, a, false, true)),
          Map.entry("split", (s, a) -> split(s, a, false)),
          Map.entry("rsplit", (s, a) -> split(s, a, true)),
          Map.entry("splitlines", (s, a) -> new ArrayList<Object>(s.lines().toList())),
          Map.entry("partition", (s, a) -> partition(s, a, s.indexOf(a.text(0, "sep", "")), false)),
          Map.entry(
              "rpartition", (s, a) -> partition(s, a, s.lastIndexOf(a.text(0, "sep", "")), true)),
          Map.entry("startswith", (s, a) -> any(s, a, String::startsWith)),
          Map.entry("endswith", (s, a) -> any(s, a, String::endsWith)),
          Map.entry("removeprefix", (s, a) -> removePrefix(s, a.text(0, "prefix", ""))),
          Map.entry("removesuffix", (s, a) -> removeSuffix(s, a.text(0, "suffix", ""))),
          Map.entry(
              "replace",
              (s, a) ->
                  PyText.replace(
                      s,
                      Values.asString(a.require(0, "old")),
                      Values.asString(a.require(1, "new")),
                      a.integer(2, "count", -1))),
          Map.entry("upper", (s, a) -> PyText.upper(s)),
          Map.entry("lower", (s, a) -> PyText.lower(s)),
          Map.entry("casefold", (s, a) -> PyText.lower(PyText.upper(s))),
          Map.entry("capitalize", (s, a) -> PyText.capitalize(s)),
          Map.entry("swapcase", (s, a) -> PyText.swapCase(s)),
          Map.entry("title", (s, a) -> PyText.title(s)),
          Map.entry("find", (s, a) -> points(s, s.indexOf(Values.asString(a.require(0, "sub"))))),
          Map.entry(
              "rfind", (s, a) -> points(s, s.lastIndexOf(Values.asString(a.require(0, "sub"))))),
          Map.entry("index", (s, a) -> index(s, Values.asString(a.require(0, "sub")))),
          Map.entry("count", (s, a) -> count(s, Values.asString(a.require(0, "sub")))),
          Map.entry("join", (s, a) -> join(s, Values.iterate(a.require(0, "iterable")))),
          Map.entry("zfill", (s, a) -> "0".repeat(missing(s, a)) + s),
          Map.entry("ljust", (s, a) -> s + a.text(1, "fillchar", " ").repeat(missing(s, a))),
          Map.entry("rjust", (s, a) -> a.text(1, "fillchar", " ").repeat(missing(s, a)) + s),
          Map.entry("isdigit", (s, a) -> all(s, Character::isDigit)),
          Map.entry("isnumeric", (s, a) -> all(s, Character::isDigit)),
          Map.entry("isalpha", (s, a) -> all(s, Character::isLetter)),
          Map.entry("isalnum", (s, a) -> all(s, Character::isLetterOrDigit)),
          Map.entry("isspace", (s, a) -> all(s, PyText::isSpace)),
          Map.entry("islower", (s, a) -> s.equals(PyText.lower(s)) && !s.equals(PyText.upper(s))),
          Map.entry("isupper", (s, a) -> s.equals(PyText.upper(s)) && !s.equals(PyText.lower(s))),
          Map.entry("format", BraceFormat::format));

  private StringMethods() {}

  static @Nullable PyFunction bound(String self, String name) {
    Method method = METHODS.get(name);
    return method == null ? null : arguments -> method.call(self, arguments);
  }

  private static Object trim(String s, Arguments arguments, boolean left, boolean right) {
    Object chars = arguments.get(0, "chars", None.NONE);
    if (chars == None.NONE) {
      String head = left ? PyText.lstrip(s) : s;
      return right ? PyText.rstrip(head) : head;
    }
    String set = Values.asString(chars);
    String head = left ? PyText.lstrip(s, set) : s;
    return right ? PyText.rstrip(head, set) : head;
  }

  private static Object split(String s, Arguments arguments, boolean fromRight) {
    Object separator = arguments.get(0, "sep", None.NONE);
    long limit = arguments.integer(1, "maxsplit", -1);
    if (separator == None.NONE) {
      return PyText.splitOnSpace(s, limit);
    }
    String text = Values.asString(separator);
    return fromRight ? PyText.rsplit(s, text, limit) : PyText.split(s, text, limit);
  }

  private static Object partition(String s, Arguments arguments, int at, boolean last) {
    String separator = Values.asString(arguments.require(0, "sep"));
    if (at < 0) {
      return last ? PyTuple.of("", "", s) : PyTuple.of(s, "", "");
    }
    return PyTuple.of(s.substring(0, at), separator, s.substring(at + separator.length()));
  }

  private static Object any(String s, Arguments arguments, BiPredicate<String, String> test) {
    Object wanted = arguments.require(0, "prefix");
    if (wanted instanceof PyTuple options) {
      return options.stream().anyMatch(option -> test.test(s, Values.asString(option)));
    }
    return test.test(s, Values.asString(wanted));
  }

  private static String removePrefix(String s, String prefix) {
    return s.startsWith(prefix) ? s.substring(prefix.length()) : s;
  }

  private static String removeSuffix(String s, String suffix) {
    return s.endsWith(suffix) ? s.substring(0, s.length() - suffix.length()) : s;
  }

  private static Object points(String s, int unit) {
    return unit < 0 ? -1L : (long) s.codePointCount(0, unit);
  }

  private static Object index(String s, String part) {
    int at = s.indexOf(part);
    if (at < 0) {
      throw new TemplateException("substring not found");
    }
    return points(s, at);
  }

  private static Object count(String s, String part) {
    return part.isEmpty() ? PyText.length(s) + 1L : PyText.split(s, part, -1).size() - 1L;
  }

  private static Object join(String separator, List<Object> items) {
    return items.stream().map(Values::asString).collect(Collectors.joining(separator));
  }

  private static int missing(String s, Arguments arguments) {
    return (int) Math.max(0, Values.asLong(arguments.require(0, "width")) - PyText.length(s));
  }

  private static Object all(String s, IntPredicate test) {
    return !s.isEmpty() && s.codePoints().allMatch(test);
  }
}
