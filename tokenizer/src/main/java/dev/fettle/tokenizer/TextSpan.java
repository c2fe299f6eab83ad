package dev.fettle.tokenizer;

/**
 * A stretch of text.
 *
 * @param start the first character, in UTF-16 units
 * @param end one past the last character, in UTF-16 units
 */
public record TextSpan(int start, int end) {

  /** Checks that the span runs forwards. */
  public TextSpan {
    if (start < 0 || end < start) {
      throw new IllegalArgumentException("not a span: [" + start + ", " + end + ")");
    }
  }

  /** The number of UTF-16 units covered. */
  public int length() {
    return end - start;
  }
}
