package dev.fettle.data.encode;

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

  /**
   * The same without the end token that closes it, which is put there by its id: a tokenizer whose
   * special tokens pass through its normalizer does not know them again behind other text. A
   * rendered text stays as it is.
   */
  RowText without(String end) {
    if (rendered || end.isEmpty() || !text.endsWith(end)) {
      return this;
    }
    int length = text.length() - end.length();
    List<TextSpan> cut =
        targets.stream()
            .map(s -> new TextSpan(Math.min(s.start(), length), Math.min(s.end(), length)))
            .toList();
    return new RowText(text.substring(0, length), cut, false);
  }
}
