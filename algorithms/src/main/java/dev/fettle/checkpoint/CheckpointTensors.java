package dev.fettle.checkpoint;

import dev.fettle.program.Slot;
import dev.fettle.spi.DeviceState;
import dev.fettle.spi.HostTensor;
import dev.fettle.spi.support.Pieces;
import java.util.List;

/**
 * Tensors a checkpoint saves and restores, one at a time, so that no second copy of a model is ever
 * in memory.
 */
public interface CheckpointTensors {

  /** Their names in the file and their types, in the order they are saved. */
  List<Slot> slots();

  /** A copy of one, as it is now. */
  HostTensor download(String name);

  /** Replaces one. */
  void upload(String name, HostTensor tensor);

  /** A copy of a stretch of elements of one, for one that is too large to be copied whole. */
  default HostTensor download(String name, Pieces piece) {
    return download(name).part(piece.from(), piece.count());
  }

  /** Replaces elements of one, from one on. */
  default void upload(String name, long from, HostTensor part) {
    HostTensor whole = download(name);
    whole.put(from, part);
    upload(name, whole);
  }

  /** Slots of a state, under their own names. */
  static CheckpointTensors of(DeviceState state, List<Slot> slots) {
    return of(state, slots, "");
  }

  /**
   * Slots of a state whose names all begin with {@code prefix}, as {@code param/}; in the file they
   * are named without it.
   */
  static CheckpointTensors of(DeviceState state, List<Slot> slots, String prefix) {
    return new StateTensors(state, slots, prefix);
  }
}
