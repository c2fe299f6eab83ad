package dev.fettle.jinja;

/** The backslash escapes of a Python string. */
final class Escapes {

  private Escapes() {}

  static String resolve(String raw) {
    if (raw.indexOf('\\') < 0) {
      return raw;
    }
    StringBuilder out = new StringBuilder(raw.length());
    int i = 0;
    while (i < raw.length()) {
      char c = raw.charAt(i);
      if (c != '\\' || i + 1 == raw.length()) {
        out.append(c);
        i++;
      } else {
        i = escape(raw, i + 1, out);
      }
    }
    return out.toString();
  }

  private static int escape(String raw, int at, StringBuilder out) {
    char c = raw.charAt(at);
    switch (c) {
      case 'n' -> out.append('\n');
      case 't' -> out.append('\t');
      case 'r' -> out.append('\r');
      case 'b' -> out.append('\b');
      case 'f' -> out.append('\f');
      case 'a' -> out.append('\u0007');
      case 'v' -> out.append('\u000b');
      case '0' -> out.append('\0');
      case '\\', '\'', '"' -> out.append(c);
      case '\n' -> {}
      case 'x' -> {
        return point(raw, at + 1, 2, out);
      }
      case 'u' -> {
        return point(raw, at + 1, 4, out);
      }
      case 'U' -> {
        return point(raw, at + 1, 8, out);
      }
      default -> out.append('\\').append(c);
    }
    return at + 1;
  }

  private static int point(String raw, int from, int digits, StringBuilder out) {
    if (from + digits > raw.length()) {
      throw new TemplateException("truncated escape in string '" + raw + "'");
    }
    try {
      out.appendCodePoint(Integer.parseInt(raw.substring(from, from + digits), 16));
    } catch (IllegalArgumentException e) {
      throw new TemplateException("bad escape in string '" + raw + "'");
    }
    return from + digits;
  }
}
