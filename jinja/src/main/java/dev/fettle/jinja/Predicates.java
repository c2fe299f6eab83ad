package dev.fettle.jinja;

import java.util.List;
import java.util.Map;

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

  private Predicates() {}

  static boolean compare(String operator, Object left, Object right) {
    return switch (operator) {
      case "==" -> Values.equal(left, right);
      case "!=" -> !Values.equal(left, right);
      case "in" -> Values.contains(right, left);
      case "not in" -> !Values.contains(right, left);
      case "<" -> Values.compare(operator, left, right) < 0;
      case "<=" -> Values.compare(operator, left, right) <= 0;
      case ">" -> Values.compare(operator, left, right) > 0;
      case ">=" -> Values.compare(operator, left, right) >= 0;
      default -> throw new TemplateException("No test named '" + operator + "'.");
    };
  }

  static boolean test(String name, Object value, Arguments arguments) {
    return switch (name) {
      case "defined" -> !(value instanceof Undefined);
      case "undefined" -> value instanceof Undefined;
      case "none" -> value == None.NONE;
      case "true" -> Boolean.TRUE.equals(value);
      case "false" -> Boolean.FALSE.equals(value);
      case "boolean" -> value instanceof Boolean;
      case "string" -> value instanceof String;
      case "number" -> Values.isNumber(value);
      case "integer" -> value instanceof Long;
      case "float" -> value instanceof Double;
      case "mapping" -> value instanceof Map;
      case "sequence" -> Values.isIterable(value);
      case "iterable" -> Values.isIterable(value);
      case "callable" -> value instanceof PyFunction;
      case "odd" -> Math.floorMod(Values.asLong(value), 2) == 1;
      case "even" -> Math.floorMod(Values.asLong(value), 2) == 0;
      case "divisibleby" -> divisible(value, arguments.require(0, "num"));
      case "lower" -> cased(value, PyText.lower(Repr.str(value)));
      case "upper" -> cased(value, PyText.upper(Repr.str(value)));
      case "sameas" -> same(value, arguments.require(0, "other"));
      default -> compare(OPERATORS.getOrDefault(name, name), value, other(name, arguments));
    };
  }

  private static Object other(String name, Arguments arguments) {
    List<Object> given = arguments.positional();
    boolean known =
        OPERATORS.containsKey(name) || OPERATORS.containsValue(name) || name.equals("!=");
    if (given.isEmpty() || !known) {
      throw new TemplateException(
          "No test named '" + name + "'" + (known ? " without an argument." : "."));
    }
    return given.get(0);
  }

  private static boolean divisible(Object value, Object by) {
    return Values.truth(by) && Math.floorMod(Values.asLong(value), Values.asLong(by)) == 0;
  }

  /** Whether changing the case leaves a text as it is, and it has letters. */
  private static boolean cased(Object value, String changed) {
    String text = Repr.str(value);
    return text.equals(changed) && text.codePoints().anyMatch(Character::isLetter);
  }

  private static boolean same(Object a, Object b) {
    return a.getClass() == b.getClass()
        && (a == b || (!(a instanceof List) && !(a instanceof Map) && a.equals(b)));
  }
}
