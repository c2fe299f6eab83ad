package dev.fettle.backend.onnxruntime;

import dev.fettle.backend.onnxruntime.device.Cell;
import dev.fettle.backend.onnxruntime.device.Memory;
import java.util.ArrayList;
import java.util.List;

/** Copies of some tensors in the same memory, to undo what is done to them. */
final class Snapshot implements AutoCloseable {
  private final List<Cell> originals;
  private final List<Cell> copies = new ArrayList<>();

  /**
   * Copies.
   *
   * @throws dev.fettle.spi.DeviceFailureException if there is no room
   */
  Snapshot(Memory memory, List<Cell> originals) {
    this.originals = List.copyOf(originals);
    try {
      for (Cell original : originals) {
        Cell copy = memory.allocate("a copy of a slot", original.type());
        copies.add(copy);
        copy.copyOf(original);
      }
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /** Makes the tensors what they were. */
  void restore() {
    for (int i = 0; i < copies.size(); i++) {
      originals.get(i).copyOf(copies.get(i));
    }
  }

  @Override
  public void close() {
    copies.forEach(Cell::close);
    copies.clear();
  }
}
