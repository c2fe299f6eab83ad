package dev.fettle.harness.model;

/** Told of text as it is generated. */
@FunctionalInterface
public interface TextListener {

  /**
   * Text was added to that of sequence {@code row}. All of a sequence's texts, put together, are
   * {@link GeneratedText#text}: what may be the beginning of a stop string is told only when it
   * turned out not to be.
   */
  void onText(int row, String text);

  /** Tells nobody. */
  static TextListener none() {
    return (row, text) -> {};
  }
}
