package dev.fettle.jinja;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Iterator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code "%s and %03d" % (a, b)}. */
final class PercentFormat {

  private static final Pattern PLACE = Pattern.compile("%([-+0 ]*)(\\d*)(\\.\\d+)?([sdifrxX%])");

  private PercentFormat() {}

  /**
   * @param arguments a tuple, or the only argument
   */
  static String format(String format, Object arguments) {
    List<Object> list = arguments instanceof PyTuple tuple ? tuple : List.of(arguments);
    Iterator<Object> values = list.iterator();
    Matcher place = PLACE.matcher(format);
    StringBuilder out = new StringBuilder();
    while (place.find()) {
      String text;
      if (place.group(4).equals("%")) {
        text = "%";
      } else if (values.hasNext()) {
        text = one(place, values.next());
      } else {
        throw new TemplateException("not enough arguments for format string");
      }
      place.appendReplacement(out, Matcher.quoteReplacement(text));
    }
    if (values.hasNext()) {
      throw new TemplateException("not all arguments converted during string formatting");
    }
    return place.appendTail(out).toString();
  }

  /** Python rounds the exact binary value, half to even. */
  private static BigDecimal rounded(String precision, Object value) {
    int digits = precision.isEmpty() ? 6 : Integer.parseInt(precision.substring(1));
    return new BigDecimal(Values.asDouble(value)).setScale(digits, RoundingMode.HALF_EVEN);
  }

  private static String one(Matcher place, Object value) {
    String flags = place.group(1) + place.group(2);
    String precision = place.group(3) == null ? "" : place.group(3);
    return switch (place.group(4)) {
      case "s" -> ("%" + flags.replace("0", "") + precision + "s").formatted(Repr.str(value));
      case "r" -> ("%" + flags.replace("0", "") + precision + "s").formatted(Repr.repr(value));
      case "f" -> ("%" + flags + precision + "f").formatted(rounded(precision, value));
      case "x", "X" -> ("%" + flags + place.group(4)).formatted(Values.asLong(value));
      default -> ("%" + flags + "d").formatted((long) Values.asDouble(value));
    };
  }
}
