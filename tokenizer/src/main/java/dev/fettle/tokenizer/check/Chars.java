package dev.fettle.tokenizer.check;

import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * One character of a pattern as it is written: itself, or a set.
 *
 * @param source such as {@code a}, {@code \r} or {@code [\p{L}']}
 * @param set whether it stands for several
 */
record Chars(String source, boolean set) {

  /** Whether no character is of both, as far as Java's own engine can tell. */
  boolean apart(Chars other) {
    if (!set && !other.set) {
      return !source.equalsIgnoreCase(other.source);
    }
    try {
      Pattern here = pattern();
      Pattern there = other.pattern();
      for (int c = 0; c < 0x10000; c++) {
        String text = String.valueOf((char) c);
        if (here.matcher(text).matches() && there.matcher(text).matches()) {
          return false;
        }
      }
      return true;
    } catch (PatternSyntaxException e) {
      return false;
    }
  }

  private Pattern pattern() {
    int flags = Pattern.UNICODE_CHARACTER_CLASS | Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE;
    boolean literal = !set && !source.startsWith("\\");
    return Pattern.compile(source, literal ? flags | Pattern.LITERAL : flags);
  }
}
