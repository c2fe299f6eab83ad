package dev.fettle.jinja;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code "{} of {1} or {name}".format(...)}, without conversions or format specifications. */
final class BraceFormat {

  private static final Pattern PLACE = Pattern.compile("\\{\\{|\\}\\}|\\{([^{}]*)\\}");

  private BraceFormat() {}

  static String format(String format, Arguments arguments) {
    Matcher place = PLACE.matcher(format);
    StringBuilder out = new StringBuilder();
    int next = 0;
    while (place.find()) {
      String key = place.group(1);
      String text;
      if (key == null) {
        text = place.group().substring(1);
      } else if (key.isEmpty()) {
        text = Repr.str(arguments.require(next, String.valueOf(next)));
        next++;
      } else if (key.matches("\\d+")) {
        text = Repr.str(arguments.require(Integer.parseInt(key), key));
      } else if (key.matches("\\w+")) {
        text = Repr.str(arguments.require(Integer.MAX_VALUE, key));
      } else {
        throw new TemplateException("format field {" + key + "} is not supported");
      }
      place.appendReplacement(out, Matcher.quoteReplacement(text));
    }
    return place.appendTail(out).toString();
  }
}
