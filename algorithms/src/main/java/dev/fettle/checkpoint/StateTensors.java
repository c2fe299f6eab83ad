package dev.fettle.checkpoint;

import dev.fettle.program.Slot;
import dev.fettle.spi.DeviceState;
import dev.fettle.spi.HostTensor;
import dev.fettle.spi.support.Pieces;
import java.util.List;

/** Tensors that live in a backend's state. */
record StateTensors(DeviceState state, List<Slot> stateSlots, String prefix)
    implements CheckpointTensors {

  StateTensors {
    for (Slot slot : stateSlots) {
      if (!slot.name().startsWith(prefix)) {
        throw new IllegalArgumentException(
            "slot '" + slot.name() + "' does not begin with '" + prefix + "'");
      }
    }
    stateSlots = List.copyOf(stateSlots);
  }

  @Override
  public List<Slot> slots() {
    return stateSlots.stream()
        .map(s -> new Slot(s.name().substring(prefix.length()), s.type()))
        .toList();
  }

  @Override
  public HostTensor download(String name) {
    return state.download(prefix + name);
  }

  @Override
  public HostTensor download(String name, Pieces piece) {
    return state.download(prefix + name, piece.from(), piece.count());
  }

  @Override
  public void upload(String name, long from, HostTensor part) {
    state.upload(prefix + name, from, part);
  }

  @Override
  public void upload(String name, HostTensor tensor) {
    state.upload(prefix + name, tensor);
  }
}
