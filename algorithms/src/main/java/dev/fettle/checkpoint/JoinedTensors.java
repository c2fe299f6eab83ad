package dev.fettle.checkpoint;

import dev.fettle.program.Slot;
import dev.fettle.spi.HostTensor;
import dev.fettle.spi.support.Pieces;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Tensors of several owners, one after the other. */
final class JoinedTensors implements CheckpointTensors {
  private final List<CheckpointTensors> parts;
  private final Map<String, CheckpointTensors> owners = new LinkedHashMap<>();

  /**
   * @throws IllegalArgumentException where two of them share a name
   */
  JoinedTensors(List<CheckpointTensors> parts) {
    this.parts = List.copyOf(parts);
    for (CheckpointTensors part : parts) {
      for (Slot slot : part.slots()) {
        if (owners.put(slot.name(), part) != null) {
          throw new IllegalArgumentException("two tensors are called '" + slot.name() + "'");
        }
      }
    }
  }

  private CheckpointTensors owner(String name) {
    CheckpointTensors owner = owners.get(name);
    if (owner == null) {
      throw new IllegalArgumentException("no tensor '" + name + "'");
    }
    return owner;
  }

  @Override
  public List<Slot> slots() {
    return parts.stream().flatMap(part -> part.slots().stream()).toList();
  }

  @Override
  public HostTensor download(String name) {
    return owner(name).download(name);
  }

  @Override
  public HostTensor download(String name, Pieces piece) {
    return owner(name).download(name, piece);
  }

  @Override
  public void upload(String name, HostTensor tensor) {
    owner(name).upload(name, tensor);
  }

  @Override
  public void upload(String name, long from, HostTensor part) {
    owner(name).upload(name, from, part);
  }
}
