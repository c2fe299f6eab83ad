package dev.fettle.tokenizer;

import java.util.Arrays;

/**
 * Decodes a sequence as its tokens arrive: what is returned, put together, is the text of the whole
 * sequence, and never ends in half a character. For one thread.
 *
 * <p>Decodes a short window twice, without and with the new token, and emits the difference:
 * decoders may treat the first token of a sequence differently (no leading space), so a token
 * cannot be decoded by itself.
 */
public final class StreamDecoder {

  private static final char REPLACEMENT = '\uFFFD';

  private final Tokenizer tokenizer;
  private final boolean skipSpecialTokens;
  private int[] window = new int[16];
  private int emitted;
  private int length;

  StreamDecoder(Tokenizer tokenizer, boolean skipSpecialTokens) {
    this.tokenizer = tokenizer;
    this.skipSpecialTokens = skipSpecialTokens;
  }

  /**
   * Takes the next token.
   *
   * @return the text it completes; empty while a character is still incomplete
   */
  public String next(int id) {
    if (length == window.length) {
      window = Arrays.copyOf(window, 2 * length);
    }
    window[length++] = id;
    String before = decode(emitted);
    String after = decode(length);
    // An unfinished character decodes to U+FFFD; a true U+FFFD in the text is let out with the
    // token after it.
    if (after.length() <= before.length() || after.charAt(after.length() - 1) == REPLACEMENT) {
      return "";
    }
    String text = after.substring(before.length());
    // What was just emitted becomes the context of the next token.
    window = Arrays.copyOfRange(window, emitted, Math.max(length, emitted + 16));
    length -= emitted;
    emitted = length;
    return text;
  }

  /** What is still held back when the sequence ends: broken characters, as U+FFFD. */
  public String finish() {
    String text = decode(length).substring(decode(emitted).length());
    emitted = length;
    return text;
  }

  private String decode(int count) {
    return tokenizer.decode(Arrays.copyOf(window, count), skipSpecialTokens);
  }
}
