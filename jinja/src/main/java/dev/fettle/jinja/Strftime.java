package dev.fettle.jinja;

import java.time.Clock;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;

/** C's date formats, as {@code strftime_now} takes them, in English. */
final class Strftime {

  private static final Map<Character, DateTimeFormatter> PATTERNS =
      Map.ofEntries(
          pattern('Y', "uuuu"),
          pattern('y', "uu"),
          pattern('m', "MM"),
          pattern('d', "dd"),
          pattern('B', "MMMM"),
          pattern('b', "MMM"),
          pattern('h', "MMM"),
          pattern('A', "EEEE"),
          pattern('a', "EEE"),
          pattern('j', "DDD"),
          pattern('H', "HH"),
          pattern('I', "hh"),
          pattern('M', "mm"),
          pattern('S', "ss"),
          pattern('f', "SSSSSS"),
          pattern('p', "a"),
          pattern('F', "uuuu-MM-dd"),
          pattern('D', "MM/dd/uu"),
          pattern('T', "HH:mm:ss"),
          pattern('R', "HH:mm"));

  /** Writing a part of a date takes the time of some fifty characters. */
  private static final int FIELD = 64;

  private Strftime() {}

  private static Map.Entry<Character, DateTimeFormatter> pattern(char code, String pattern) {
    return Map.entry(code, DateTimeFormatter.ofPattern(pattern, Locale.US));
  }

  static String format(Bounds bounds, Clock clock, String format) {
    ZonedDateTime now = ZonedDateTime.now(clock);
    Text out = new Text(bounds);
    for (int i = 0; i < format.length(); i++) {
      char c = format.charAt(i);
      if (c != '%' || i + 1 == format.length()) {
        out.append(c);
        continue;
      }
      char code = format.charAt(++i);
      boolean bare = code == '-' && i + 1 < format.length();
      if (bare) {
        code = format.charAt(++i);
      }
      bounds.spend(FIELD);
      String text = field(now, code);
      out.append(bare ? withoutZeros(text) : text);
    }
    return out.toString();
  }

  private static String withoutZeros(String text) {
    int from = 0;
    while (from < text.length() - 1 && text.charAt(from) == '0') {
      from++;
    }
    return text.substring(from);
  }

  private static String field(ZonedDateTime now, char code) {
    if (code == '%') {
      return "%";
    }
    // A naive Python date has no zone to print.
    if (code == 'Z' || code == 'z') {
      return "";
    }
    if (code == 'e') {
      int day = now.getDayOfMonth();
      return (day < 10 ? " " : "") + day;
    }
    DateTimeFormatter pattern = PATTERNS.get(code);
    if (pattern == null) {
      throw new TemplateException("strftime_now: the format %" + code + " is not supported");
    }
    return pattern.format(now);
  }
}
