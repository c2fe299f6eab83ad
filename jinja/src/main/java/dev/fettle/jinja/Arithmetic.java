package dev.fettle.jinja;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/** Python's operators on values. */
final class Arithmetic {

  /** A template has no business making longer text by repetition. */
  private static final long LONGEST_REPEAT = 1_000_000;

  private Arithmetic() {}

  static Object apply(String operator, Object a, Object b) {
    Values.requireDefined(a);
    Values.requireDefined(b);
    if (Values.isNumber(a) && Values.isNumber(b)) {
      return (Values.anyReal(a, b) || operator.equals("/"))
          ? real(operator, Values.asDouble(a), Values.asDouble(b))
          : whole(operator, Values.asLong(a), Values.asLong(b));
    }
    if (operator.equals("+")) {
      return concatenate(a, b);
    }
    if (operator.equals("*") && b instanceof Long count) {
      return repeat(a, count);
    }
    if (operator.equals("*") && a instanceof Long count) {
      return repeat(b, count);
    }
    if (operator.equals("%") && a instanceof String format) {
      return PercentFormat.format(format, b);
    }
    throw unsupported(operator, a, b);
  }

  private static TemplateException unsupported(String operator, Object a, Object b) {
    return new TemplateException(
        "unsupported operand type(s) for %s: '%s' and '%s'"
            .formatted(operator, Values.typeName(a), Values.typeName(b)));
  }

  private static Object concatenate(Object a, Object b) {
    if (a instanceof String x) {
      if (b instanceof String y) {
        return x + y;
      }
      throw new TemplateException(
          "can only concatenate str (not \"" + Values.typeName(b) + "\") to str");
    }
    if (a instanceof List<?> x
        && b instanceof List<?> y
        && (a instanceof PyTuple) == (b instanceof PyTuple)) {
      List<Object> joined = new ArrayList<>(x);
      joined.addAll(y);
      return a instanceof PyTuple ? new PyTuple(joined) : joined;
    }
    throw unsupported("+", a, b);
  }

  private static Object repeat(Object value, long count) {
    int times = (int) Math.max(0, count);
    if (count > LONGEST_REPEAT || Values.length(value) * times > LONGEST_REPEAT) {
      throw new TemplateException("repetition makes something too long");
    }
    if (value instanceof String s) {
      return s.repeat(times);
    }
    if (value instanceof List<?> list) {
      List<Object> repeated = new ArrayList<>();
      for (int i = 0; i < times; i++) {
        repeated.addAll(list);
      }
      return repeated;
    }
    throw unsupported("*", value, count);
  }

  private static Object whole(String operator, long a, long b) {
    try {
      return switch (operator) {
        case "+" -> Math.addExact(a, b);
        case "-" -> Math.subtractExact(a, b);
        case "*" -> Math.multiplyExact(a, b);
        case "//" -> Math.floorDiv(a, b);
        case "%" -> Math.floorMod(a, b);
        case "**" -> b >= 0 ? power(a, b) : (Object) Math.pow((double) a, (double) b);
        default -> throw new IllegalArgumentException(operator);
      };
    } catch (ArithmeticException e) {
      throw new TemplateException(
          b == 0 ? "integer division or modulo by zero" : "integer too large");
    }
  }

  private static long power(long base, long exponent) {
    // Beyond this nothing but 0, 1 and -1 fits, and those repeat.
    int small = (int) Math.min(exponent, 64 + (exponent & 1));
    return BigInteger.valueOf(base).pow(small).longValueExact();
  }

  private static Object real(String operator, double a, double b) {
    if (b == 0 && "//%".contains(operator)) {
      throw new TemplateException("division by zero");
    }
    return switch (operator) {
      case "+" -> a + b;
      case "-" -> a - b;
      case "*" -> a * b;
      case "/" -> a / b;
      case "//" -> Math.floor(a / b);
      case "%" -> a - b * Math.floor(a / b);
      case "**" -> Math.pow(a, b);
      default -> throw new IllegalArgumentException(operator);
    };
  }

  static Object negate(Object value) {
    Values.requireDefined(value);
    if (value instanceof Double d) {
      return -d;
    }
    if (Values.isNumber(value)) {
      return -Values.asLong(value);
    }
    throw new TemplateException(
        "bad operand type for unary -: " + Repr.quote(Values.typeName(value)));
  }
}
