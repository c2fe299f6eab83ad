package dev.fettle.checkpoint;

import dev.fettle.program.Slot;
import dev.fettle.spi.DeviceState;
import dev.fettle.spi.HostTensor;
import dev.fettle.spi.support.Pieces;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

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

  /** None. */
  static CheckpointTensors none() {
    return new JoinedTensors(List.of());
  }

  /** These and others, whose names must differ. */
  default CheckpointTensors and(CheckpointTensors others) {
    return new JoinedTensors(List.of(this, others));
  }

  /** Slots of a state, under their own names. */
  static CheckpointTensors of(DeviceState state, List<Slot> slots) {
    Map<String, Slot> named = new LinkedHashMap<>();
    slots.forEach(slot -> named.put(slot.name(), slot));
    return of(state, named);
  }

  /** Slots of a state by the names they have in a file, in this order. */
  static CheckpointTensors of(DeviceState state, Map<String, Slot> named) {
    return new NamedTensors(state, named);
  }
}
