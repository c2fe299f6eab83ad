package dev.fettle.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * GPT-2's way to write any byte as a visible character: a printable Latin-1 byte is itself, the
 * rest are U+0100 onwards.
 */
final class ByteAlphabet {

  private static final int SIZE = 256;
  private static final char[] CHARACTERS = characters();

  private ByteAlphabet() {}

  private static char[] characters() {
    char[] characters = new char[SIZE];
    int next = SIZE;
    for (int b = 0; b < SIZE; b++) {
      boolean visible = (b >= '!' && b <= '~') || (b >= 0xa1 && b <= 0xac) || b >= 0xae;
      characters[b] = (char) (visible ? b : next++);
    }
    return characters;
  }

  /** Every character of the alphabet, in the order of code points. */
  static char[] sorted() {
    char[] sorted = CHARACTERS.clone();
    Arrays.sort(sorted);
    return sorted;
  }

  /** The UTF-8 bytes of a text, a character each. */
  static String write(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    StringBuilder out = new StringBuilder(bytes.length);
    for (byte b : bytes) {
      out.append(CHARACTERS[b & 0xff]);
    }
    return out.toString();
  }
}
