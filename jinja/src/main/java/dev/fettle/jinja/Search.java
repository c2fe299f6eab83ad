package dev.fettle.jinja;

/**
 * Looks for a part in a text in time that grows with both lengths together, not with their product
 * (Knuth, Morris and Pratt 1977). Java's own search is faster for short parts, and bounded for
 * them.
 */
final class Search {

  private static final int SHORT = 8;

  private final String part;
  private final boolean backward;

  /** How much of the part is still matched after a miss; empty for short parts. */
  private final int[] fallback;

  private Search(String part, boolean backward) {
    this.part = part;
    this.backward = backward;
    this.fallback = new int[part.length() > SHORT ? part.length() : 0];
    for (int i = 1, matched = 0; i < fallback.length; i++) {
      while (matched > 0 && at(matched) != at(i)) {
        matched = fallback[matched - 1];
      }
      matched += at(matched) == at(i) ? 1 : 0;
      fallback[i] = matched;
    }
  }

  static Search forward(String part) {
    return new Search(part, false);
  }

  static Search backward(String part) {
    return new Search(part, true);
  }

  /** The first place of a part, or -1. */
  static int first(String text, String part) {
    return forward(part).find(text, 0);
  }

  /** The last place of a part, or -1. */
  static int last(String text, String part) {
    return backward(part).find(text, text.length());
  }

  private char at(int index) {
    return part.charAt(backward ? part.length() - 1 - index : index);
  }

  /**
   * Where the part starts, or -1.
   *
   * @param from forward: its first place is not before; backward: its last place ends not after
   */
  int find(String text, int from) {
    if (fallback.length == 0) {
      return backward ? text.lastIndexOf(part, from - part.length()) : text.indexOf(part, from);
    }
    int matched = 0;
    int step = backward ? -1 : 1;
    for (int i = backward ? from - 1 : from; i >= 0 && i < text.length(); i += step) {
      while (matched > 0 && at(matched) != text.charAt(i)) {
        matched = fallback[matched - 1];
      }
      matched += at(matched) == text.charAt(i) ? 1 : 0;
      if (matched == part.length()) {
        return backward ? i : i - matched + 1;
      }
    }
    return -1;
  }
}
