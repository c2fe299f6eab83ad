package dev.fettle.jinja;

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

  static String lstrip(Bounds bounds, String s, String chars) {
    int i = 0;
    while (i < s.length() && holds(bounds, chars, s.codePointAt(i))) {
      i += Character.charCount(s.codePointAt(i));
    }
    return s.substring(i);
  }

  static String rstrip(Bounds bounds, String s, String chars) {
    int i = s.length();
    while (i > 0 && holds(bounds, chars, s.codePointBefore(i))) {
      i -= Character.charCount(s.codePointBefore(i));
    }
    return s.substring(0, i);
  }

  /** Each character looks through the set, which may be long. */
  private static boolean holds(Bounds bounds, String chars, int c) {
    bounds.spend(chars.length() / 16 + 1L);
    return chars.indexOf(c) >= 0;
  }

  static int length(String s) {
    return s.codePointCount(0, s.length());
  }

  /** The order of code points, which that of UTF-16 units is not. */
  static int compare(String a, String b) {
    int length = Math.min(a.length(), b.length());
    for (int i = 0; i < length; i++) {
      char x = a.charAt(i);
      char y = b.charAt(i);
      if (x != y) {
        boolean pairs = Character.isSurrogate(x) != Character.isSurrogate(y);
        return pairs ? (Character.isSurrogate(x) ? 1 : -1) : Character.compare(x, y);
      }
    }
    return Integer.compare(a.length(), b.length());
  }

  /** The characters, each a string. */
  static List<Object> characters(Bounds bounds, String s) {
    Items characters = new Items(bounds);
    int i = 0;
    while (i < s.length()) {
      int c = s.codePointAt(i);
      i += Character.charCount(c);
      characters.addText(Character.toString(c));
    }
    return characters.list();
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
  static String title(Bounds bounds, String s) {
    Text out = new Text(bounds);
    boolean inWord = false;
    int i = 0;
    while (i < s.length()) {
      int c = s.codePointAt(i);
      i += Character.charCount(c);
      out.append(inWord ? Character.toLowerCase(c) : Character.toTitleCase(c));
      inWord = Character.isLetter(c);
    }
    return out.toString();
  }

  static String swapCase(Bounds bounds, String s) {
    Text out = new Text(bounds);
    int i = 0;
    while (i < s.length()) {
      int c = s.codePointAt(i);
      i += Character.charCount(c);
      out.append(Character.isUpperCase(c) ? Character.toLowerCase(c) : Character.toUpperCase(c));
    }
    return out.toString();
  }

  static String lower(String s) {
    return s.toLowerCase(Locale.ROOT);
  }

  static String upper(String s) {
    return s.toUpperCase(Locale.ROOT);
  }

  /** {@code str.replace(old, replacement, count)}; a negative count replaces all. */
  static String replace(Arguments arguments, String s, String old, String replacement) {
    Object given = arguments.get(2, "count", None.NONE);
    long count = given == None.NONE ? -1 : Values.asLong(given);
    Text out = new Text(arguments.bounds());
    Search search = Search.forward(old);
    int from = 0;
    for (long done = 0; count < 0 || done < count; done++) {
      int at = search.find(s, from);
      // An empty part stands before each character, and at the end.
      boolean stepped = old.isEmpty() && done > 0;
      if (at < 0 || (stepped && at == s.length())) {
        break;
      }
      at = stepped ? at + Character.charCount(s.codePointAt(at)) : at;
      out.append(s, from, at).append(replacement);
      from = at + old.length();
    }
    return out.append(s, from, s.length()).toString();
  }
}
