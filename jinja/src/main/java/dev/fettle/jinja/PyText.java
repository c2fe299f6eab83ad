package dev.fettle.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Text as Python sees it: a sequence of code points, with Python's idea of white space. */
final class PyText {

  private PyText() {}

  /** {@code str.isspace} for one character. All such characters are in the basic plane. */
  static boolean isSpace(int c) {
    return (c >= 0x09 && c <= 0x0d)
        || (c >= 0x1c && c <= 0x20)
        || c == 0x85
        || c == 0xa0
        || c == 0x1680
        || (c >= 0x2000 && c <= 0x200a)
        || c == 0x2028
        || c == 0x2029
        || c == 0x202f
        || c == 0x205f
        || c == 0x3000;
  }

  static String lstrip(String s) {
    int i = 0;
    while (i < s.length() && isSpace(s.charAt(i))) {
      i++;
    }
    return s.substring(i);
  }

  static String rstrip(String s) {
    int i = s.length();
    while (i > 0 && isSpace(s.charAt(i - 1))) {
      i--;
    }
    return s.substring(0, i);
  }

  static String strip(String s) {
    return lstrip(rstrip(s));
  }

  static String lstrip(String s, String chars) {
    int i = 0;
    while (i < s.length() && chars.indexOf(s.codePointAt(i)) >= 0) {
      i += Character.charCount(s.codePointAt(i));
    }
    return s.substring(i);
  }

  static String rstrip(String s, String chars) {
    int i = s.length();
    while (i > 0 && chars.indexOf(s.codePointBefore(i)) >= 0) {
      i -= Character.charCount(s.codePointBefore(i));
    }
    return s.substring(0, i);
  }

  static int length(String s) {
    return s.codePointCount(0, s.length());
  }

  /** The characters, each a string. */
  static List<Object> characters(String s) {
    List<Object> characters = new ArrayList<>(s.length());
    s.codePoints().forEach(c -> characters.add(Character.toString(c)));
    return characters;
  }

  /** {@code str.capitalize}. */
  static String capitalize(String s) {
    if (s.isEmpty()) {
      return s;
    }
    int first = s.offsetByCodePoints(0, 1);
    return Character.toString(Character.toTitleCase(s.codePointAt(0))) + lower(s.substring(first));
  }

  /** {@code str.title}: a letter after a non-letter is upper case, others lower. */
  static String title(String s) {
    StringBuilder out = new StringBuilder(s.length());
    boolean inWord = false;
    for (int c : s.codePoints().toArray()) {
      out.appendCodePoint(inWord ? Character.toLowerCase(c) : Character.toTitleCase(c));
      inWord = Character.isLetter(c);
    }
    return out.toString();
  }

  static String swapCase(String s) {
    StringBuilder out = new StringBuilder(s.length());
    s.codePoints()
        .map(c -> Character.isUpperCase(c) ? Character.toLowerCase(c) : Character.toUpperCase(c))
        .forEach(out::appendCodePoint);
    return out.toString();
  }

  static String lower(String s) {
    return s.toLowerCase(Locale.ROOT);
  }

  static String upper(String s) {
    return s.toUpperCase(Locale.ROOT);
  }

  /**
   * {@code str.split()}: at runs of white space, at most {@code limit} times (negative: always).
   */
  static List<Object> splitOnSpace(String s, long limit) {
    List<Object> parts = new ArrayList<>();
    String rest = lstrip(s);
    while (!rest.isEmpty()) {
      if (limit >= 0 && parts.size() == limit) {
        parts.add(rest);
        return parts;
      }
      int end = 0;
      while (end < rest.length() && !isSpace(rest.charAt(end))) {
        end++;
      }
      parts.add(rest.substring(0, end));
      rest = lstrip(rest.substring(end));
    }
    return parts;
  }

  /** {@code str.split(separator, limit)}. */
  static List<Object> split(String s, String separator, long limit) {
    requireSeparator(separator);
    List<Object> parts = new ArrayList<>();
    int from = 0;
    for (int at = s.indexOf(separator); at >= 0; at = s.indexOf(separator, from)) {
      if (limit >= 0 && parts.size() == limit) {
        break;
      }
      parts.add(s.substring(from, at));
      from = at + separator.length();
    }
    parts.add(s.substring(from));
    return parts;
  }

  /** {@code str.rsplit(separator, limit)}. */
  static List<Object> rsplit(String s, String separator, long limit) {
    requireSeparator(separator);
    List<Object> parts = new ArrayList<>();
    String rest = s;
    for (int at = rest.lastIndexOf(separator); at >= 0; at = rest.lastIndexOf(separator)) {
      if (limit >= 0 && parts.size() == limit) {
        break;
      }
      parts.add(0, rest.substring(at + separator.length()));
      rest = rest.substring(0, at);
    }
    parts.add(0, rest);
    return parts;
  }

  private static void requireSeparator(String separator) {
    if (separator.isEmpty()) {
      throw new TemplateException("empty separator");
    }
  }

  /** {@code str.replace(old, replacement, count)}; a negative count replaces all. */
  static String replace(String s, String old, String replacement, long count) {
    if (count < 0) {
      return s.replace(old, replacement);
    }
    StringBuilder out = new StringBuilder();
    int from = 0;
    for (long done = 0; done < count; done++) {
      int at = s.indexOf(old, from);
      if (at < 0 || old.isEmpty()) {
        break;
      }
      out.append(s, from, at).append(replacement);
      from = at + old.length();
    }
    return out.append(s, from, s.length()).toString();
  }
}
