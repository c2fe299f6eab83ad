package dev.fettle.jinja;

import java.math.BigInteger;
import java.util.List;

/** Python's operators on values. */
final class Arithmetic {

  private Arithmetic() {}

  static Object apply(Bounds bounds, String operator, Object a, Object b) {
    Values.requireDefined(a);
    Values.requireDefined(b);
    if (Numbers.is(a) && Numbers.is(b)) {
      return (Values.anyReal(a, b) || operator.equals("/"))
          ? real(operator, Values.asDouble(a), Values.asDouble(b))
          : whole(operator, Values.asLong(a), Values.asLong(b));
    }
    if (operator.equals("+")) {
      return concatenate(bounds, a, b);
    }
    if (operator.equals("*") && isCount(b)) {
      return repeat(bounds, a, Values.asLong(b));
    }
    if (operator.equals("*") && isCount(a)) {
      return repeat(bounds, b, Values.asLong(a));
    }
    if (operator.equals("%") && a instanceof String format) {
      return PercentFormat.format(bounds, format, b);
    }
    throw unsupported(operator, a, b);
  }

  private static boolean isCount(Object value) {
    return Numbers.is(value) && !(value instanceof Double);
  }

  private static TemplateException unsupported(String operator, Object a, Object b) {
    return new TemplateException(
        "unsupported operand type(s) for %s: '%s' and '%s'"
            .formatted(operator, Values.typeName(a), Values.typeName(b)));
  }

  private static Object concatenate(Bounds bounds, Object a, Object b) {
    if (a instanceof String x) {
      if (b instanceof String y) {
        return new Text(bounds).append(x).append(y).toString();
      }
      throw new TemplateException(
          "can only concatenate str (not \"" + Values.typeName(b) + "\") to str");
    }
    if (a instanceof List<?> x
        && b instanceof List<?> y
        && (a instanceof PyTuple) == (b instanceof PyTuple)) {
      Items joined = new Items(bounds).addAll(x).addAll(y);
      return a instanceof PyTuple ? joined.tuple() : joined.list();
    }
    throw unsupported("+", a, b);
  }

  private static Object repeat(Bounds bounds, Object value, long count) {
    if (value instanceof String s) {
      return new Text(bounds).repeat(s, count).toString();
    }
    if (value instanceof List<?> list) {
      Items repeated = new Items(bounds).repeat(list, count);
      return value instanceof PyTuple ? repeated.tuple() : repeated.list();
    }
    throw unsupported("*", value, count);
  }

  private static Object whole(String operator, long a, long b) {
    boolean divides = operator.equals("//") || operator.equals("%");
    if (divides && b == 0) {
      throw new TemplateException("integer division or modulo by zero");
    }
    if (operator.equals("//") && a == Long.MIN_VALUE && b == -1) {
      throw new TemplateException("integer too large");
    }
    try {
      return switch (operator) {
        case "+" -> Math.addExact(a, b);
        case "-" -> Math.subtractExact(a, b);
        case "*" -> Math.multiplyExact(a, b);
        case "//" -> Math.floorDiv(a, b);
        case "%" -> Math.floorMod(a, b);
        case "**" -> b >= 0 ? power(a, b) : (Object) realPower((double) a, (double) b);
        default -> throw unsupported(operator, a, b);
      };
    } catch (ArithmeticException e) {
      throw new TemplateException("integer too large");
    }
  }

  private static long power(long base, long exponent) {
    // Beyond this nothing but 0, 1 and -1 fits, and those repeat.
    int small = (int) Math.min(exponent, 64 + (exponent & 1));
    return BigInteger.valueOf(base).pow(small).longValueExact();
  }

  private static Object real(String operator, double a, double b) {
    if (b == 0 && (operator.equals("/") || operator.equals("//") || operator.equals("%"))) {
      throw new TemplateException("division by zero");
    }
    return switch (operator) {
      case "+" -> a + b;
      case "-" -> a - b;
      case "*" -> a * b;
      case "/" -> a / b;
      case "//" -> Math.floor(a / b);
      case "%" -> remainder(a, b);
      case "**" -> realPower(a, b);
      default -> throw unsupported(operator, a, b);
    };
  }

  /** With the sign of the divisor, as Python has it. */
  private static double remainder(double a, double b) {
    double remainder = a % b;
    return remainder != 0 && (remainder < 0) != (b < 0) ? remainder + b : remainder;
  }

  private static double realPower(double a, double b) {
    if (a == 0 && b < 0) {
      throw new TemplateException("0.0 cannot be raised to a negative power");
    }
    double power = Math.pow(a, b);
    if (Double.isNaN(power) && !Double.isNaN(a) && !Double.isNaN(b)) {
      throw new TemplateException("a root of a negative number");
    }
    if (Double.isInfinite(power) && !Double.isInfinite(a) && !Double.isInfinite(b)) {
      throw new TemplateException("Numerical result out of range");
    }
    return power;
  }

  static Object negate(Object value) {
    Values.requireDefined(value);
    if (value instanceof Double d) {
      return -d;
    }
    if (Numbers.is(value)) {
      long n = Values.asLong(value);
      if (n == Long.MIN_VALUE) {
        throw new TemplateException("integer too large");
      }
      return -n;
    }
    throw new TemplateException(
        "bad operand type for unary -: " + Repr.quoted(Values.typeName(value)));
  }
}
