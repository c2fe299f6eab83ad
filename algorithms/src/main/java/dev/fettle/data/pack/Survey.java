package dev.fettle.data.pack;

import dev.fettle.data.Example;
import dev.fettle.data.pack.Packer.Piece;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/** What a plan must know of examples, from one walk over them: they may lie outside the heap. */
final class Survey {

  private static final int FINGERPRINT_BYTES = 12;
  private static final int ROOM = 1024;

  private final MessageDigest digest;
  private int[] lengths = new int[ROOM];
  private int[] targets = new int[ROOM];
  private int size;

  Survey() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java has SHA-256", e);
    }
  }

  void add(Example example) {
    if (size == lengths.length) {
      lengths = Arrays.copyOf(lengths, 2 * size);
      targets = Arrays.copyOf(targets, 2 * size);
    }
    lengths[size] = example.length();
    targets[size++] = example.targets();
    ByteBuffer bytes = ByteBuffer.allocate(4 * example.length() + 4);
    bytes.putInt(example.length());
    bytes.asIntBuffer().put(example.ids());
    digest.update(bytes.array());
    digest.update(example.targetMask());
  }

  int[] lengths() {
    return Arrays.copyOf(lengths, size);
  }

  int length(int example) {
    return lengths[example];
  }

  int targets(int example) {
    return targets[example];
  }

  /** Identifies the examples and their rows; asked for once, at the end. */
  String fingerprint(List<List<Piece>> rows, boolean joined) {
    ByteBuffer bytes = ByteBuffer.allocate(12);
    for (List<Piece> row : rows) {
      for (Piece piece : row) {
        bytes.clear();
        bytes.putInt(piece.sequence()).putInt(piece.offset()).putInt(piece.length());
        digest.update(bytes.array());
      }
      digest.update((byte) '\n');
    }
    digest.update((byte) (joined ? 1 : 0));
    return HexFormat.of().formatHex(digest.digest(), 0, FINGERPRINT_BYTES);
  }
}
