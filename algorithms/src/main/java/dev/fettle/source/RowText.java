package dev.fettle.source;

import dev.fettle.tokenizer.TextSpan;
import java.util.List;

/**
 * What a row says, and which of it is to be learnt.
 *
 * @param text the whole text, encoded once
 * @param targets stretches of it that are targets
 * @param rendered whether it brings its own special tokens, so that encoding adds none
 */
record RowText(String text, List<TextSpan> targets, boolean rendered) {

  /** A text of which all is target. */
  static RowText whole(String text, boolean rendered) {
    return new RowText(text, List.of(new TextSpan(0, text.length())), rendered);
  }

  /** A text of which all from a place on is target. */
  static RowText from(int start, String text, boolean rendered) {
    return new RowText(text, List.of(new TextSpan(start, text.length())), rendered);
  }

  /** Whether the end of the text is target, and so what marks it. */
  boolean endIsTarget() {
    return targets.stream().anyMatch(span -> span.end() == text.length());
  }
}
