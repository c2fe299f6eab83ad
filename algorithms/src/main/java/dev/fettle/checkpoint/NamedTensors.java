package dev.fettle.checkpoint;

import dev.fettle.program.Slot;
import dev.fettle.spi.DeviceState;
import dev.fettle.spi.HostTensor;
import dev.fettle.spi.support.Pieces;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Tensors of a backend's state under other names than its own.
 *
 * @param named the slot of each name in the file
 */
record NamedTensors(DeviceState state, Map<String, Slot> named) implements CheckpointTensors {

  NamedTensors {
    named = new LinkedHashMap<>(named);
  }

  @Override
  public List<Slot> slots() {
    return named.entrySet().stream().map(e -> new Slot(e.getKey(), e.getValue().type())).toList();
  }

  private String slot(String name) {
    Slot slot = named.get(name);
    if (slot == null) {
      throw new IllegalArgumentException("no tensor '" + name + "'");
    }
    return slot.name();
  }

  @Override
  public HostTensor download(String name) {
    return state.download(slot(name));
  }

  @Override
  public HostTensor download(String name, Pieces piece) {
    return state.download(slot(name), piece.from(), piece.count());
  }

  @Override
  public void upload(String name, long from, HostTensor part) {
    state.upload(slot(name), from, part);
  }

  @Override
  public void upload(String name, HostTensor tensor) {
    state.upload(slot(name), tensor);
  }
}
