package dev.fettle.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Numbers: Long, Double, Boolean (0 and 1), and the BigIntegers that are passed in. */
final class Numbers {

  private Numbers() {}

  static boolean is(Object value) {
    return value instanceof Long
        || value instanceof Double
        || value instanceof Boolean
        || value instanceof BigInteger;
  }

  static boolean isNaN(Object value) {
    return value instanceof Double d && d.isNaN();
  }

  static boolean equal(Object a, Object b) {
    return !isNaN(a) && !isNaN(b) && compare(a, b) == 0;
  }

  /** An order of all numbers, exact where a double could not hold an integer; NaN is last. */
  static int compare(Object a, Object b) {
    if (a instanceof Double x && b instanceof Double y) {
      return x < y ? -1 : x > y ? 1 : x.equals(y) || x == 0 ? 0 : Double.compare(x, y);
    }
    if (!(a instanceof Double) && !(b instanceof Double)) {
      return a instanceof BigInteger || b instanceof BigInteger
          ? exact(a).compareTo(exact(b))
          : Long.compare(Values.asLong(a), Values.asLong(b));
    }
    double x = Values.asDouble(a);
    double y = Values.asDouble(b);
    if (Double.isNaN(x) || Double.isNaN(y) || Double.isInfinite(x) || Double.isInfinite(y)) {
      return Double.compare(x, y);
    }
    return x < y ? -1 : x > y ? 1 : exact(a).compareTo(exact(b));
  }

  private static BigDecimal exact(Object number) {
    if (number instanceof BigInteger big) {
      return new BigDecimal(big);
    }
    return number instanceof Double d ? new BigDecimal(d) : new BigDecimal(Values.asLong(number));
  }

  /** What Python's {@code float} reads, or null. */
  static @Nullable Double real(String text) {
    String number = PyText.strip(text);
    String word = number.toLowerCase(Locale.ROOT);
    int sign = word.startsWith("-") ? -1 : 1;
    String unsigned = word.startsWith("-") || word.startsWith("+") ? word.substring(1) : word;
    if (unsigned.equals("nan")) {
      return Double.NaN;
    }
    if (unsigned.equals("inf") || unsigned.equals("infinity")) {
      return sign * Double.POSITIVE_INFINITY;
    }
    // Java reads more than Python: a type's letter, hexadecimal.
    if (!unsigned.chars().allMatch(c -> (c >= '0' && c <= '9') || ".e+-_".indexOf(c) >= 0)) {
      return null;
    }
    try {
      return Double.parseDouble(number.replace("_", ""));
    } catch (NumberFormatException e) {
      return null;
    }
  }

  /** What Python's {@code int} reads, or null. */
  static @Nullable Long whole(String text) {
    String number = PyText.strip(text).replace("_", "");
    int digits = number.startsWith("-") || number.startsWith("+") ? 1 : 0;
    if (number.length() == digits
        || !number.chars().skip(digits).allMatch(c -> c >= '0' && c <= '9')) {
      return null;
    }
    try {
      return Long.parseLong(number);
    } catch (NumberFormatException e) {
      throw new TemplateException("integer too large");
    }
  }

  /** A real number without its fraction. */
  static long truncated(double d) {
    if (Double.isNaN(d)) {
      throw new TemplateException("cannot convert float NaN to integer");
    }
    if (Double.isInfinite(d)) {
      throw new TemplateException("cannot convert float infinity to integer");
    }
    if (Math.abs(d) >= 0x1p63) {
      throw new TemplateException("integer too large");
    }
    return (long) d;
  }
}
