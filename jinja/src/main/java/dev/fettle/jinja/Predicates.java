package dev.fettle.jinja;

import java.math.BigInteger;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What can stand after {@code is}, and the comparison operators. */
final class Predicates {

  private static final Map<String, String> OPERATORS =
      Map.ofEntries(
          Map.entry("eq", "=="),
          Map.entry("equalto", "=="),
          Map.entry("ne", "!="),
          Map.entry("lt", "<"),
          Map.entry("lessthan", "<"),
          Map.entry("le", "<="),
          Map.entry("gt", ">"),
          Map.entry("greaterthan", ">"),
          Map.entry("ge", ">="),
          Map.entry("in", "in"));

  static final Map<String, Calls.Callable> ALL = all();

  private Predicates() {}

  private static Map<String, Calls.Callable> all() {
    Map<String, Calls.Callable> tests = new HashMap<>();
    tests.put("defined", (v, a) -> !(v instanceof Undefined));
    tests.put("undefined", (v, a) -> v instanceof Undefined);
    tests.put("none", (v, a) -> v == None.NONE);
    tests.put("true", (v, a) -> v instanceof Boolean b && b);
    tests.put("false", (v, a) -> v instanceof Boolean b && !b);
    tests.put("boolean", (v, a) -> v instanceof Boolean);
    tests.put("string", (v, a) -> v instanceof String);
    tests.put("number", (v, a) -> Numbers.is(v));
    tests.put("integer", (v, a) -> v instanceof Long || v instanceof BigInteger);
    tests.put("float", (v, a) -> v instanceof Double);
    tests.put("mapping", (v, a) -> v instanceof PyDict);
    tests.put("sequence", (v, a) -> Values.isIterable(v));
    tests.put("iterable", (v, a) -> Values.isIterable(v));
    tests.put("callable", (v, a) -> v instanceof PyFunction);
    tests.put("odd", (v, a) -> Math.floorMod(Values.asLong(v), 2) == 1);
    tests.put("even", (v, a) -> Math.floorMod(Values.asLong(v), 2) == 0);
    tests.put("divisibleby", (v, a) -> divisible(v, a.require(0, "num")));
    tests.put("lower", (v, a) -> cased(Repr.str(a.bounds(), v), false));
    tests.put("upper", (v, a) -> cased(Repr.str(a.bounds(), v), true));
    tests.put("sameas", (v, a) -> same(v, a.require(0, "other")));
    for (String name : OPERATORS.keySet()) {
      tests.put(name, comparison(name, OPERATORS.getOrDefault(name, name)));
    }
    for (String operator : Set.copyOf(OPERATORS.values())) {
      tests.put(operator, comparison(operator, operator));
    }
    return Map.copyOf(tests);
  }

  private static Calls.Callable comparison(String name, String operator) {
    return (value, arguments) -> {
      List<Object> given = arguments.positional();
      if (given.isEmpty()) {
        throw new TemplateException("No test named '" + name + "' without an argument.");
      }
      return compare(arguments.bounds(), operator, value, given.get(0));
    };
  }

  static boolean compare(Bounds bounds, String operator, Object left, Object right) {
    return switch (operator) {
      case "==" -> Values.equal(bounds, left, right);
      case "!=" -> !Values.equal(bounds, left, right);
      case "in" -> Values.contains(bounds, right, left);
      case "not in" -> !Values.contains(bounds, right, left);
      default -> ordered(bounds, operator, left, right);
    };
  }

  private static boolean ordered(Bounds bounds, String operator, Object left, Object right) {
    int order = Values.compare(bounds, operator, left, right);
    if (Numbers.isNaN(left) || Numbers.isNaN(right)) {
      return false;
    }
    return switch (operator) {
      case "<" -> order < 0;
      case "<=" -> order <= 0;
      case ">" -> order > 0;
      case ">=" -> order >= 0;
      default -> throw new TemplateException("No test named '" + operator + "'.");
    };
  }

  static boolean test(String name, Object value, Arguments arguments) {
    Calls.Callable test = ALL.get(name);
    if (test == null) {
      throw new TemplateException("No test named '" + name + "'.");
    }
    return Values.truth(Calls.call(test, value, arguments));
  }

  private static boolean divisible(Object value, Object by) {
    return Values.truth(by) && Math.floorMod(Values.asLong(value), Values.asLong(by)) == 0;
  }

  /** Whether changing the case leaves a text as it is, and it has letters. */
  private static boolean cased(String text, boolean upper) {
    return text.equals(upper ? PyText.upper(text) : PyText.lower(text))
        && text.codePoints().anyMatch(Character::isLetter);
  }

  private static boolean same(Object a, Object b) {
    boolean plain =
        a instanceof String || a instanceof Boolean || a instanceof Number || a instanceof None;
    return a == b || (plain && a.equals(b));
  }
}
