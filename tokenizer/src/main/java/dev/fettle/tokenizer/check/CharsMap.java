package dev.fettle.tokenizer.check;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.BitSet;

/**
 * SentencePiece's compiled normalization: a double-array trie over bytes and the texts its leaves
 * point at. The library follows the array's numbers without looking; here every way through it is
 * walked once.
 */
final class CharsMap {

  private static final String BROKEN = "is broken: ";

  private final Part part;
  private final ByteBuffer trie;
  private final byte[] texts;

  private CharsMap(Part part, ByteBuffer trie, byte[] texts) {
    this.part = part;
    this.trie = trie;
    this.texts = texts;
  }

  static void write(Part from, ObjectNode to) {
    String encoded = from.get("precompiled_charsmap").asText("");
    byte[] bytes;
    try {
      bytes = Base64.getDecoder().decode(encoded);
    } catch (IllegalArgumentException e) {
      throw from.fault("precompiled_charsmap", "is not base64");
    }
    ByteBuffer all = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    long size = bytes.length < 4 ? -1 : all.getInt() & 0xFFFFFFFFL;
    if (size < 4 || size % 4 != 0 || size > bytes.length - 4) {
      throw from.fault("precompiled_charsmap", BROKEN + "its trie has a wrong size");
    }
    ByteBuffer trie = all.slice(4, (int) size).order(ByteOrder.LITTLE_ENDIAN);
    byte[] texts = new byte[bytes.length - 4 - (int) size];
    all.get(4 + (int) size, texts);
    new CharsMap(from, trie, texts).walk();
    to.put("precompiled_charsmap", encoded);
  }

  private void walk() {
    try {
      CharBuffer unused = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(texts));
      assert unused != null;
    } catch (CharacterCodingException e) {
      throw part.fault("precompiled_charsmap", BROKEN + "its texts are not UTF-8");
    }
    BitSet seen = new BitSet();
    ArrayDeque<Integer> open = new ArrayDeque<>();
    open.add(offset(unit(0)));
    while (!open.isEmpty()) {
      int node = open.remove();
      if (seen.get(node)) {
        continue;
      }
      seen.set(node);
      for (int c = 1; c < 256; c++) {
        int unit = unit(node ^ c);
        if ((unit & 0x800000FF) != c) {
          continue;
        }
        int next = node ^ c ^ offset(unit);
        if ((unit >>> 8 & 1) == 1) {
          leaf(unit(next) & 0x7FFFFFFF);
        }
        open.add(check(next));
      }
    }
  }

  private int check(int index) {
    if (index < 0 || index >= trie.capacity() / 4) {
      throw part.fault("precompiled_charsmap", BROKEN + "its trie points outside itself");
    }
    return index;
  }

  private int unit(int index) {
    return trie.getInt(4 * check(index));
  }

  private static int offset(int unit) {
    return (unit >>> 10) << ((unit & (1 << 9)) >>> 6);
  }

  private void leaf(int start) {
    boolean within = start < texts.length && (texts[start] & 0xC0) == 0x80;
    if (start > texts.length || within) {
      throw part.fault("precompiled_charsmap", BROKEN + "a leaf points outside its texts");
    }
  }
}
