package dev.fettle.jinja;

import java.util.Collections;
import java.util.List;

/** Python's ways to cut a text. */
final class Splits {

  private Splits() {}

  /** {@code str.split} and {@code str.rsplit}. */
  static Object split(String s, Arguments arguments, boolean fromRight) {
    Object separator = arguments.get(0, "sep", None.NONE);
    long limit = arguments.integer(1, "maxsplit", -1);
    Items parts = new Items(arguments.bounds());
    if (separator == None.NONE) {
      return fromRight ? spacesFromRight(parts, s, limit) : spaces(parts, s, limit);
    }
    String text = Values.asString(separator);
    if (text.isEmpty()) {
      throw new TemplateException("empty separator");
    }
    return fromRight ? fromRight(parts, s, text, limit) : fromLeft(parts, s, text, limit);
  }

  /** At runs of white space, at most {@code limit} times (negative: always). */
  static List<Object> spaces(Items parts, String s, long limit) {
    int start = skip(s, 0, true);
    while (start < s.length()) {
      if (limit >= 0 && parts.size() == limit) {
        parts.addText(s.substring(start));
        break;
      }
      int end = skip(s, start, false);
      parts.addText(s.substring(start, end));
      start = skip(s, end, true);
    }
    return parts.list();
  }

  /** The first place from here that is white space, or is not. */
  private static int skip(String s, int from, boolean space) {
    int i = from;
    while (i < s.length() && PyText.isSpace(s.charAt(i)) == space) {
      i++;
    }
    return i;
  }

  private static List<Object> spacesFromRight(Items parts, String s, long limit) {
    int end = PyText.rstrip(s).length();
    while (end > 0) {
      if (limit >= 0 && parts.size() == limit) {
        parts.addText(s.substring(0, end));
        break;
      }
      int start = end;
      while (start > 0 && !PyText.isSpace(s.charAt(start - 1))) {
        start--;
      }
      parts.addText(s.substring(start, end));
      while (start > 0 && PyText.isSpace(s.charAt(start - 1))) {
        start--;
      }
      end = start;
    }
    Collections.reverse(parts.list());
    return parts.list();
  }

  private static List<Object> fromLeft(Items parts, String s, String separator, long limit) {
    Search search = Search.forward(separator);
    int from = 0;
    for (int at = search.find(s, 0); at >= 0; at = search.find(s, from)) {
      if (limit >= 0 && parts.size() == limit) {
        break;
      }
      parts.addText(s.substring(from, at));
      from = at + separator.length();
    }
    return parts.addText(s.substring(from)).list();
  }

  private static List<Object> fromRight(Items parts, String s, String separator, long limit) {
    Search search = Search.backward(separator);
    int to = s.length();
    for (int at = search.find(s, to); at >= 0; at = search.find(s, to)) {
      if (limit >= 0 && parts.size() == limit) {
        break;
      }
      parts.addText(s.substring(at + separator.length(), to));
      to = at;
    }
    parts.addText(s.substring(0, to));
    Collections.reverse(parts.list());
    return parts.list();
  }

  /** {@code str.splitlines}. */
  static List<Object> lines(String s, Arguments arguments) {
    boolean keepEnds = arguments.truth(0, "keepends", false);
    Items lines = new Items(arguments.bounds());
    int from = 0;
    for (int i = 0; i < s.length(); i++) {
      if (endsLine(s.charAt(i))) {
        boolean pair = s.charAt(i) == '\r' && i + 1 < s.length() && s.charAt(i + 1) == '\n';
        int next = i + (pair ? 2 : 1);
        lines.addText(s.substring(from, keepEnds ? next : i));
        from = next;
        i = next - 1;
      }
    }
    return from < s.length() ? lines.addText(s.substring(from)).list() : lines.list();
  }

  private static boolean endsLine(char c) {
    return (c >= '\n' && c <= '\r')
        || (c >= 0x1c && c <= 0x1e)
        || c == 0x85
        || c == 0x2028
        || c == 0x2029;
  }

  /** {@code str.partition} and {@code str.rpartition}. */
  static Object partition(String s, Arguments arguments, boolean last) {
    String separator = Values.asString(arguments.require(0, "sep"));
    if (separator.isEmpty()) {
      throw new TemplateException("empty separator");
    }
    int at = last ? Search.last(s, separator) : Search.first(s, separator);
    if (at < 0) {
      return last ? PyTuple.of("", "", s) : PyTuple.of(s, "", "");
    }
    return PyTuple.of(s.substring(0, at), separator, s.substring(at + separator.length()));
  }
}
