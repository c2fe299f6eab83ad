package dev.fettle.sample;

import java.util.List;

/**
 * Texts that end a generation: it is over as soon as what was generated contains one of them, as
 * with transformers' {@code stop_strings}. Special tokens count by their spelling ({@code
 * <|im_end|>}), though they are not shown. A stop string must lie wholly in what was generated; the
 * prompt does not count.
 *
 * @param texts any number, none of them empty
 */
public record StopStrings(List<String> texts) {

  /** Text ends no generation. */
  public static final StopStrings NONE = new StopStrings(List.of());

  /**
   * Copies the list.
   *
   * @throws IllegalArgumentException if one is empty
   */
  public StopStrings {
    texts = List.copyOf(texts);
    if (texts.contains("")) {
      throw new IllegalArgumentException("a stop string is empty; give at least one character");
    }
  }

  /** Some texts. */
  public static StopStrings of(String... texts) {
    return new StopStrings(List.of(texts));
  }

  /**
   * Where the stop string that is complete first begins, the longest of several: this is the same
   * however the text came in pieces. -1 where there is none.
   */
  int find(StringBuilder text) {
    int begin = -1;
    int end = Integer.MAX_VALUE;
    for (String stop : texts) {
      int at = text.indexOf(stop);
      int after = at + stop.length();
      if (at >= 0 && (after < end || (after == end && at < begin))) {
        begin = at;
        end = after;
      }
    }
    return begin;
  }

  /** How many characters at the end of a text may be the beginning of a stop string. */
  int begun(StringBuilder text) {
    int most = 0;
    for (String stop : texts) {
      int length = Math.min(stop.length() - 1, text.length());
      while (length > most && !endsWith(text, stop, length)) {
        length--;
      }
      most = Math.max(most, length);
    }
    return most;
  }

  private static boolean endsWith(StringBuilder text, String stop, int length) {
    int from = text.length() - length;
    for (int i = 0; i < length; i++) {
      if (text.charAt(from + i) != stop.charAt(i)) {
        return false;
      }
    }
    return true;
  }
}
