package dev.fettle.checkpoint;

import dev.fettle.program.Slot;
import dev.fettle.spi.DeviceState;
import dev.fettle.spi.HostTensor;
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
