package dev.fettle.tokenizer;

import java.util.Arrays;
import java.util.List;

/**
 * The tokens of one text. The three arrays have the same length, one entry a token; they belong to
 * whoever asked for the encoding.
 *
 * <p>Offsets are UTF-16 units of the text that was encoded, so {@code text.substring(starts[i],
 * ends[i])} is what token {@code i} covers, its leading space included. Several tokens may share
 * one character (the bytes of an emoji). A token that covers no text, such as a
 * beginning-of-sequence token added by the tokenizer, has {@code starts[i] == ends[i]}, at the end
 * of the token before it.
 *
 * @param ids token ids
 * @param starts first character of each token
 * @param ends one past the last character of each token
 */
@SuppressWarnings("ArrayRecordComponent") // millions of tokens pass through; equals is by content
public record Encoding(int[] ids, int[] starts, int[] ends) {

  /** Checks that the arrays belong together. */
  public Encoding {
    if (ids.length != starts.length || ids.length != ends.length) {
      throw new IllegalArgumentException(
          "ids, starts and ends differ in length: "
              + ids.length
              + ", "
              + starts.length
              + ", "
              + ends.length);
    }
  }

  /** The number of tokens. */
  public int length() {
    return ids.length;
  }

  /**
   * Which tokens cover text inside any of the spans. A token that straddles the edge of a span
   * belongs to the span: the rule that decides the boundary between prompt and completion. A token
   * of no width is inside only between two characters of the span.
   *
   * @param spans stretches of the encoded text, in any order
   * @return one entry a token
   */
  public boolean[] inside(List<TextSpan> spans) {
    boolean[] mask = new boolean[ids.length];
    for (int i = 0; i < ids.length; i++) {
      for (TextSpan span : spans) {
        if (starts[i] < span.end() && ends[i] > span.start()) {
          mask[i] = true;
          break;
        }
      }
    }
    return mask;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Encoding that
        && Arrays.equals(ids, that.ids)
        && Arrays.equals(starts, that.starts)
        && Arrays.equals(ends, that.ends);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(ids);
  }

  @Override
  public String toString() {
    return "Encoding" + Arrays.toString(ids);
  }
}
