package dev.fettle.data.pack;

import dev.fettle.data.pack.Packer.Piece;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.RandomAccess;

/** Rows of pieces in a few arrays: a piece takes 12 bytes of heap, a row 4. */
final class PlannedRows extends AbstractList<List<Piece>> implements RandomAccess {

  private static final int FIELDS = 3;

  private final int[] ends;
  private final int[] pieces;

  private PlannedRows(int[] ends, int[] pieces) {
    this.ends = ends;
    this.pieces = pieces;
  }

  static PlannedRows of(List<List<Piece>> rows) {
    int[] ends = new int[rows.size()];
    int count = 0;
    for (int row = 0; row < ends.length; row++) {
      count += rows.get(row).size();
      ends[row] = count;
    }
    int[] pieces = new int[Math.multiplyExact(count, FIELDS)];
    int at = 0;
    for (List<Piece> row : rows) {
      for (Piece piece : row) {
        pieces[at++] = piece.sequence();
        pieces[at++] = piece.offset();
        pieces[at++] = piece.length();
      }
    }
    return new PlannedRows(ends, pieces);
  }

  @Override
  public List<Piece> get(int row) {
    Objects.checkIndex(row, ends.length);
    int from = row == 0 ? 0 : ends[row - 1];
    List<Piece> got = new ArrayList<>(ends[row] - from);
    for (int at = from * FIELDS; at < ends[row] * FIELDS; at += FIELDS) {
      got.add(new Piece(pieces[at], pieces[at + 1], pieces[at + 2]));
    }
    return got;
  }

  @Override
  public int size() {
    return ends.length;
  }
}
