package dev.fettle.backend.onnxruntime.lower;

import dev.fettle.ir.DType;
import dev.fettle.ir.Dim;
import dev.fettle.ir.TensorType;
import dev.fettle.program.Program;
import dev.fettle.program.Slot;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.ToLongFunction;

/**
 * A program over slots that lie one behind another: it sees a row of them as a few large pieces,
 * which have names like slots. A piece bounds what an operation holds besides.
 *
 * @param program reads and writes pieces in place of the slots of a row
 * @param columns the rows it needs; those of one column belong next to each other
 */
public record FlatProgram(Program program, List<Column> columns) {
  /** Elements of the largest piece: 256 MiB. */
  static final long PIECE = 1 << 26;

  /** Keeps an immutable copy. */
  public FlatProgram {
    columns = List.copyOf(columns);
  }

  /**
   * Rows that are best laid out together, for another program may want them as one.
   *
   * @param rows in order
   */
  public record Column(List<Row> rows) {
    /** Keeps an immutable copy. */
    public Column {
      rows = List.copyOf(rows);
    }
  }

  /**
   * Slots one behind another, each beginning at a multiple of {@link
   * dev.fettle.backend.onnxruntime.device.Memory#ALIGNMENT}. What lies between them is zero, or
   * whatever an update makes of zeros.
   *
   * @param members the slots
   * @param ordered false where any order will do
   * @param pieces the row again
   */
  public record Row(List<String> members, boolean ordered, List<Piece> pieces) {
    /** Keeps immutable copies. */
    public Row {
      members = List.copyOf(members);
      pieces = List.copyOf(pieces);
    }
  }

  /**
   * Part of a row.
   *
   * @param slot what the program calls it
   * @param at its first byte in the row
   */
  public record Piece(Slot slot, long at) {}

  /** A program as it is, over no rows. */
  static FlatProgram none(Program program) {
    return new FlatProgram(program, List.of());
  }

  /** Cuts a row of so many bytes. */
  static List<Piece> pieces(String row, long bytes) {
    List<Piece> pieces = new ArrayList<>();
    long elements = bytes / DType.F32.bytes();
    for (long from = 0; from < elements; from += PIECE) {
      Dim n = new Dim("elements", Math.min(PIECE, elements - from));
      Slot slot = new Slot(row + "." + pieces.size(), TensorType.of(DType.F32, n));
      pieces.add(new Piece(slot, from * DType.F32.bytes()));
    }
    return pieces;
  }

  /** The bytes of some slots one behind another. */
  static long length(List<String> members, ToLongFunction<String> bytes) {
    return members.stream().mapToLong(bytes).sum();
  }

  /** The slots that some names stand for: those of the row for the name of a piece. */
  public Set<String> members(Set<String> names) {
    Set<String> all = new LinkedHashSet<>(names);
    for (Column column : columns) {
      for (Row row : column.rows()) {
        for (Piece piece : row.pieces()) {
          if (all.remove(piece.slot().name())) {
            all.addAll(row.members());
          }
        }
      }
    }
    return all;
  }
}
