package dev.fettle.tokenizer.check;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Cuts a regular expression of Oniguruma's syntax into its signs. */
final class RegexReader {

  private static final Pattern ESCAPE =
      Pattern.compile(
          "\\\\(?:[pP]\\{[^}]{1,40}\\}|x\\{[0-9a-fA-F]{1,8}\\}|x[0-9a-fA-F]{1,2}|u[0-9a-fA-F]{4}"
              + "|0[0-7]{0,2}|[dDwWsShHRnrtfvaebBAzZG]|[^\\p{L}\\p{N}])",
          Pattern.DOTALL);

  private static final Pattern GROUP =
      Pattern.compile(
          "\\((?:\\?#[^)]*\\)|\\?[im]*(?:-[im]+)?[:)]|\\?<[A-Za-z_]\\w*>|\\?<?[=!]|\\?>|(?![?*]))");

  private static final Pattern TIMES =
      Pattern.compile("([*+?]|\\{(\\d{0,6})(,?)(\\d{0,6})\\})([?+]?)");

  /**
   * How often.
   *
   * @param most -1 for no limit
   * @param possessive whether it never gives back
   */
  record Times(int least, int most, boolean possessive) {}

  private final String regex;
  private int at;

  RegexReader(String regex) {
    this.regex = regex;
  }

  boolean done() {
    return at >= regex.length();
  }

  int position() {
    return at;
  }

  String excerpt() {
    return regex.substring(Math.max(0, at - 30), Math.min(regex.length(), at + 10));
  }

  char peek() {
    return regex.charAt(at);
  }

  boolean take(char c) {
    if (done() || peek() != c) {
      return false;
    }
    at++;
    return true;
  }

  String character() {
    int end = regex.offsetByCodePoints(at, 1);
    String c = regex.substring(at, end);
    at = end;
    return c;
  }

  @Nullable String escape() {
    return found(ESCAPE);
  }

  @Nullable String groupStart() {
    return found(GROUP);
  }

  private @Nullable String found(Pattern pattern) {
    Matcher matcher = pattern.matcher(regex).region(at, regex.length());
    if (!matcher.lookingAt()) {
      return null;
    }
    at = matcher.end();
    return matcher.group();
  }

  /** A quantifier here; null where there is none. A brace that is none is a character. */
  @Nullable Times times() {
    Matcher matcher = TIMES.matcher(regex).region(at, regex.length());
    if (!matcher.lookingAt()) {
      return null;
    }
    String sign = matcher.group(1);
    boolean possessive = matcher.group(5).equals("+");
    Times times;
    switch (sign) {
      case "*" -> times = new Times(0, -1, possessive);
      case "+" -> times = new Times(1, -1, possessive);
      case "?" -> times = new Times(0, 1, possessive);
      default -> {
        String least = matcher.group(2);
        String most = matcher.group(4);
        boolean comma = !matcher.group(3).isEmpty();
        if (least.isEmpty() && most.isEmpty()) {
          return null;
        }
        int low = least.isEmpty() ? 0 : Integer.parseInt(least);
        int high = !comma ? low : most.isEmpty() ? -1 : Integer.parseInt(most);
        // After braces a plus is one more repetition, not the possessive mark.
        at = matcher.end() - (possessive ? 1 : 0);
        return new Times(
            Math.min(low, high < 0 ? low : high), high < 0 ? -1 : Math.max(low, high), false);
      }
    }
    at = matcher.end();
    return times;
  }

  /** A set in brackets, which may hold others; null where it does not end. */
  @Nullable String characterClass() {
    int start = at;
    int depth = 0;
    while (at < regex.length()) {
      char c = regex.charAt(at++);
      if (c == '\\') {
        at++;
      } else if (c == '[') {
        depth++;
        if (at < regex.length() && regex.charAt(at) == '^') {
          at++;
        }
        // A bracket that comes first is a character.
        if (at < regex.length() && regex.charAt(at) == ']') {
          at++;
        }
      } else if (c == ']' && --depth == 0) {
        return regex.substring(start, Math.min(at, regex.length()));
      }
    }
    return null;
  }
}
