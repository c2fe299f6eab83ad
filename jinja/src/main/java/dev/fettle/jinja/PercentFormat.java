package dev.fettle.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code "%s and %03d" % (a, b)}. */
final class PercentFormat {

  /** Possessive, so that a long run of digits is read once. */
  private static final Pattern PLACE =
      Pattern.compile("%([-+0 #]*+)(\\d*+)(?:\\.(\\d*+))?+([a-zA-Z%])?+");

  /** No double has more digits after its point. */
  private static final int MOST_DIGITS = 1_100;

  private final Bounds bounds;
  private final Text out;
  private final Iterator<?> values;

  private PercentFormat(Bounds bounds, Iterator<?> values) {
    this.bounds = bounds;
    this.out = new Text(bounds);
    this.values = values;
  }

  /**
   * @param arguments a tuple, or the only argument
   */
  static String format(Bounds bounds, String format, Object arguments) {
    List<?> list = arguments instanceof PyTuple tuple ? tuple : List.of(arguments);
    return new PercentFormat(bounds, list.iterator()).run(format);
  }

  private String run(String format) {
    bounds.spend(format.length());
    Matcher place = PLACE.matcher(format);
    int from = 0;
    while (place.find(from)) {
      bounds.spend(Bounds.CALL);
      out.append(format, from, place.start());
      if (place.group(4) == null) {
        throw new TemplateException("incomplete format");
      }
      one(place);
      from = place.end();
    }
    if (values.hasNext()) {
      throw new TemplateException("not all arguments converted during string formatting");
    }
    return out.append(format, from, format.length()).toString();
  }

  private void one(Matcher place) {
    char kind = place.group(4).charAt(0);
    if (kind == '%') {
      out.append("%");
      return;
    }
    if ("sdifrxX".indexOf(kind) < 0) {
      throw new TemplateException("unsupported format character '" + kind + "'");
    }
    if (!values.hasNext()) {
      throw new TemplateException("not enough arguments for format string");
    }
    String flags = place.group(1);
    long width = size(place.group(2), 0);
    long precision =
        size(place.group(3) == null ? "" : place.group(3), place.group(3) == null ? -1 : 0);
    Object value = values.next();
    switch (kind) {
      case 's', 'r' -> text(flags, width, precision, kind == 's' ? str(value) : repr(value));
      case 'f' -> real(flags, width, precision < 0 ? 6 : precision, Values.asDouble(value));
      default -> whole(flags, width, kind, value);
    }
  }

  private String str(Object value) {
    return Repr.str(bounds, value);
  }

  private String repr(Object value) {
    return Repr.repr(bounds, value);
  }

  /** A width or precision; more than a text can have is refused where it is used. */
  private static long size(String digits, long otherwise) {
    if (digits.isEmpty()) {
      return otherwise;
    }
    return digits.length() > 10 ? Integer.MAX_VALUE : Long.parseLong(digits);
  }

  private void text(String flags, long width, long precision, String text) {
    int length = PyText.length(text);
    String cut =
        precision < 0 || precision >= length
            ? text
            : text.substring(0, text.offsetByCodePoints(0, (int) precision));
    pad(flags.replace("0", ""), width, "", cut);
  }

  private void whole(String flags, long width, char kind, Object value) {
    BigInteger number;
    if (value instanceof Double d) {
      if (d.isNaN() || d.isInfinite()) {
        throw new TemplateException(
            "cannot convert float " + (d.isNaN() ? "NaN" : "infinity") + " to integer");
      }
      number = new BigDecimal(d).toBigInteger();
    } else {
      number = value instanceof BigInteger big ? big : BigInteger.valueOf(Values.asLong(value));
    }
    bounds.spend(Bounds.REAL);
    boolean hex = kind == 'x' || kind == 'X';
    String digits = number.abs().toString(hex ? 16 : 10);
    pad(
        flags,
        width,
        sign(flags, number.signum() < 0),
        kind == 'X' ? digits.toUpperCase(Locale.ROOT) : digits);
  }

  /** Python rounds the exact binary value, half to even. */
  private void real(String flags, long width, long precision, double d) {
    String sign = sign(flags, d < 0 || (d == 0 && 1 / d < 0));
    if (Double.isNaN(d) || Double.isInfinite(d)) {
      pad(flags.replace("0", ""), width, sign, Double.isNaN(d) ? "nan" : "inf");
      return;
    }
    bounds.spend(Bounds.REAL + Math.min(precision, MOST_DIGITS));
    int digits = (int) Math.min(precision, MOST_DIGITS);
    String number =
        new BigDecimal(Math.abs(d)).setScale(digits, RoundingMode.HALF_EVEN).toPlainString();
    pad(
        flags,
        width,
        sign,
        new Text(bounds).append(number).repeat("0", precision - digits).toString());
  }

  private static String sign(String flags, boolean negative) {
    return negative ? "-" : flags.indexOf('+') >= 0 ? "+" : flags.indexOf(' ') >= 0 ? " " : "";
  }

  /** Fills up with zeros after the sign, or with blanks on either side. */
  private void pad(String flags, long width, String sign, String text) {
    long missing = width - sign.length() - PyText.length(text);
    boolean left = flags.indexOf('-') >= 0;
    boolean zeros = !left && flags.indexOf('0') >= 0;
    out.repeat(" ", left || zeros ? 0 : missing).append(sign);
    out.repeat("0", zeros ? missing : 0).append(text);
    out.repeat(" ", left ? missing : 0);
  }
}
