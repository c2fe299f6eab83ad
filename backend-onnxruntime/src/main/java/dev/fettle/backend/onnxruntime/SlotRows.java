package dev.fettle.backend.onnxruntime;

import dev.fettle.backend.onnxruntime.device.Block;
import dev.fettle.backend.onnxruntime.device.Cell;
import dev.fettle.backend.onnxruntime.device.Memory;
import dev.fettle.backend.onnxruntime.lower.FlatProgram;
import dev.fettle.backend.onnxruntime.lower.FlatProgram.Column;
import dev.fettle.backend.onnxruntime.lower.FlatProgram.Piece;
import dev.fettle.backend.onnxruntime.lower.FlatProgram.Row;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/**
 * Lays the slots of a state one behind another where a program wants to see rows of them. Slots
 * move when the first such program runs, and stay as long as no other program wants another order.
 */
final class SlotRows {
  private final Memory memory;
  private final AtomicLong clock;

  /** The pieces of rows, by the program that sees them. */
  private final IdentityHashMap<FlatProgram, Map<String, OrtSlot>> known = new IdentityHashMap<>();

  SlotRows(Memory memory, AtomicLong clock) {
    this.memory = memory;
    this.clock = clock;
  }

  /**
   * The pieces of a program's rows, by name.
   *
   * @param find a slot of the state by name
   * @throws dev.fettle.spi.DeviceFailureException if there is no room to move slots; those that
   *     have not moved are where they were, and none is lost
   */
  Map<String, OrtSlot> of(FlatProgram program, Function<String, OrtSlot> find) {
    Map<String, OrtSlot> pieces = known.get(program);
    if (pieces == null) {
      for (Column column : program.columns()) {
        if (!column.rows().stream().allMatch(row -> isLaidOut(members(row, find)))) {
          forget();
          layOut(column, find);
        }
      }
      pieces = new HashMap<>();
      for (Column column : program.columns()) {
        for (Row row : column.rows()) {
          pieces.putAll(pieces(row, find));
        }
      }
      known.put(program, pieces);
    }
    return pieces;
  }

  private static List<Cell> members(Row row, Function<String, OrtSlot> find) {
    List<Cell> cells = new ArrayList<>();
    row.members().forEach(slot -> cells.add(find.apply(slot).current()));
    if (!row.ordered()) {
      cells.sort(Comparator.comparingLong(Cell::at));
    }
    return cells;
  }

  private static long length(Cell cell) {
    return Memory.aligned(cell.type().bytes());
  }

  /** Whether each begins where the one before it ends. */
  private static boolean isLaidOut(List<Cell> cells) {
    Block block = cells.get(0).block();
    long next = cells.get(0).at();
    for (Cell cell : cells) {
      if (cell.block() != block || cell.at() != next) {
        return false;
      }
      next += length(cell);
    }
    return next <= block.bytes();
  }

  private void layOut(Column column, Function<String, OrtSlot> find) {
    List<OrtSlot> slots = new ArrayList<>();
    column.rows().forEach(row -> row.members().forEach(name -> slots.add(find.apply(name))));
    long bytes = slots.stream().mapToLong(s -> length(s.current())).sum();
    Block block = memory.take(slots.size() + " slots in a row", bytes);
    long at = 0;
    for (OrtSlot slot : slots) {
      Cell place = block.cell(slot.slot().type(), at);
      at += length(place);
      slot.moveTo(place);
    }
  }

  private Map<String, OrtSlot> pieces(Row row, Function<String, OrtSlot> find) {
    Cell first = members(row, find).get(0);
    Map<String, OrtSlot> pieces = new HashMap<>();
    for (Piece piece : row.pieces()) {
      Cell cell = first.block().cell(piece.slot().type(), first.at() + piece.at());
      pieces.put(piece.slot().name(), OrtSlot.over(memory, piece.slot(), clock, cell));
    }
    return pieces;
  }

  /** To be called before slots move or go. */
  void forget() {
    known.values().forEach(pieces -> pieces.values().forEach(OrtSlot::close));
    known.clear();
  }
}
