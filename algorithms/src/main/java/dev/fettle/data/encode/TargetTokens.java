package dev.fettle.data.encode;

import dev.fettle.tokenizer.Encoding;
import dev.fettle.tokenizer.TextSpan;
import dev.fettle.tokenizer.Tokenizer;
import java.util.Arrays;

/** Finds the tokens of the stretches of a text that are targets. */
final class TargetTokens {

  private TargetTokens() {}

  /**
   * Which tokens are targets: those that cover text inside a target stretch, one that straddles its
   * edge included.
   *
   * @param encoding of the whole text
   */
  static boolean[] of(Encoding encoding, RowText text, Tokenizer tokenizer) {
    return offsetsHold(encoding, text.text())
        ? encoding.inside(text.targets())
        : byPrefixes(encoding, text, tokenizer);
  }

  /**
   * A tokenizer without a token for unknown text leaves such characters out and counts on as if
   * they were not there; then its last token ends before the text does.
   */
  private static boolean offsetsHold(Encoding encoding, String text) {
    int end = 0;
    for (int e : encoding.ends()) {
      end = Math.max(end, e);
    }
    return end == text.length();
  }

  /**
   * Where offsets do not hold: a stretch begins at the first token that the text before it does not
   * share.
   */
  private static boolean[] byPrefixes(Encoding encoding, RowText text, Tokenizer tokenizer) {
    boolean[] inside = new boolean[encoding.length()];
    for (TextSpan span : text.targets()) {
      int from = shared(encoding, text, span.start(), tokenizer);
      int to =
          span.end() == text.text().length()
              ? encoding.length()
              : shared(encoding, text, span.end(), tokenizer);
      if (from < to) {
        Arrays.fill(inside, from, to, true);
      }
    }
    return inside;
  }

  private static int shared(Encoding whole, RowText text, int end, Tokenizer tokenizer) {
    int[] prefix = tokenizer.encode(text.text().substring(0, end), !text.rendered()).ids();
    int mismatch = Arrays.mismatch(whole.ids(), prefix);
    return mismatch < 0 ? prefix.length : Math.min(mismatch, prefix.length);
  }
}
