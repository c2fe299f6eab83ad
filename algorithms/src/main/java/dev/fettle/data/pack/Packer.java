package dev.fettle.data.pack;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;

/**
 * Lays sequences of given lengths into rows. Knows lengths only.
 *
 * <p>Best-fit decreasing as in TRL's {@code bfd} and {@code bfd_split}: the longest first, each
 * into the row with the least space that still holds it. A bit per amount of free space finds that
 * row in a few words' reading, so a million sequences take well under a second.
 */
public final class Packer {

  /**
   * A stretch of a sequence.
   *
   * @param sequence index into the lengths
   * @param offset first token
   * @param length number of tokens
   */
  public record Piece(int sequence, int offset, int length) {}

  private final int maxLength;

  Packer(int maxLength) {
    this.maxLength = maxLength;
  }

  /**
   * Lays out sequences {@code from} to {@code to - 1}. Sequences of no length are left out.
   *
   * @return rows in the order in which they were opened, each the pieces from left to right
   */
  List<List<Piece>> pack(Packing packing, int[] lengths, int from, int to) {
    return switch (packing) {
      case NONE -> alone(truncated(lengths, from, to));
      case BFD -> bestFit(truncated(lengths, from, to));
      case BFD_SPLIT -> bestFit(split(lengths, from, to));
      case WRAPPED -> wrapped(lengths, from, to);
    };
  }

  private List<Piece> truncated(int[] lengths, int from, int to) {
    List<Piece> pieces = new ArrayList<>(to - from);
    for (int i = from; i < to; i++) {
      if (lengths[i] > 0) {
        pieces.add(new Piece(i, 0, Math.min(lengths[i], maxLength)));
      }
    }
    return pieces;
  }

  private List<Piece> split(int[] lengths, int from, int to) {
    List<Piece> pieces = new ArrayList<>(to - from);
    for (int i = from; i < to; i++) {
      for (int offset = 0; offset < lengths[i]; offset += maxLength) {
        pieces.add(new Piece(i, offset, Math.min(maxLength, lengths[i] - offset)));
      }
    }
    return pieces;
  }

  private static List<List<Piece>> alone(List<Piece> pieces) {
    List<List<Piece>> rows = new ArrayList<>(pieces.size());
    pieces.forEach(piece -> rows.add(List.of(piece)));
    return rows;
  }

  private List<List<Piece>> bestFit(List<Piece> pieces) {
    List<List<Piece>> rows = new ArrayList<>();
    // Rows with so much space left, the longest waiting first.
    List<Deque<List<Piece>>> withSpace = new ArrayList<>(maxLength + 1);
    for (int space = 0; space <= maxLength; space++) {
      withSpace.add(new ArrayDeque<>(0));
    }
    BitSet spaces = new BitSet(maxLength + 1);
    for (Piece piece : decreasing(pieces)) {
      int space = spaces.nextSetBit(piece.length());
      List<Piece> row;
      if (space < 0) {
        space = maxLength;
        row = new ArrayList<>(2);
        rows.add(row);
      } else {
        row = withSpace.get(space).remove();
        spaces.set(space, !withSpace.get(space).isEmpty());
      }
      row.add(piece);
      int left = space - piece.length();
      if (left > 0) {
        withSpace.get(left).add(row);
        spaces.set(left);
      }
    }
    return rows;
  }

  /** Counting sort: the longest first, equal lengths as they came. */
  private Piece[] decreasing(List<Piece> pieces) {
    int[] place = new int[maxLength + 2];
    for (Piece piece : pieces) {
      place[piece.length()]++;
    }
    int before = 0;
    for (int length = maxLength; length >= 0; length--) {
      int count = place[length];
      place[length] = before;
      before += count;
    }
    Piece[] sorted = new Piece[pieces.size()];
    for (Piece piece : pieces) {
      sorted[place[piece.length()]++] = piece;
    }
    return sorted;
  }

  private List<List<Piece>> wrapped(int[] lengths, int from, int to) {
    List<List<Piece>> rows = new ArrayList<>();
    List<Piece> row = new ArrayList<>();
    int space = maxLength;
    for (int i = from; i < to; i++) {
      int offset = 0;
      while (offset < lengths[i]) {
        int length = Math.min(space, lengths[i] - offset);
        row.add(new Piece(i, offset, length));
        offset += length;
        space -= length;
        if (space == 0) {
          rows.add(row);
          row = new ArrayList<>();
          space = maxLength;
        }
      }
    }
    if (!row.isEmpty()) {
      rows.add(row);
    }
    return rows;
  }
}
