package dev.fettle.tokenizer;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * How often each of GPT-2's "words" (a run of letters, of digits, of other signs, with one space
 * before) occurs.
 */
final class WordCounts {

  /** From GPT-2's encoder.py. */
  private static final Pattern WORD =
      Pattern.compile(
          "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
          Pattern.UNICODE_CHARACTER_CLASS);

  private final Pattern special;
  private final Map<String, Long> counts = new LinkedHashMap<>();

  /**
   * @param special tokens that are matched whole, and so are no part of any word
   */
  WordCounts(Collection<String> special) {
    this.special =
        Pattern.compile(
            special.isEmpty()
                ? "(?!)"
                : special.stream().map(Pattern::quote).collect(Collectors.joining("|")));
  }

  void add(String text) {
    for (String part : special.split(text, -1)) {
      Matcher word = WORD.matcher(part);
      while (word.find()) {
        counts.merge(word.group(), 1L, Long::sum);
      }
    }
  }

  Map<String, Long> counts() {
    return counts;
  }
}
