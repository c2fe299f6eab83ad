package dev.fettle.backend.onnxruntime;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import dev.fettle.backend.onnxruntime.device.Cell;
import dev.fettle.backend.onnxruntime.device.HostMemory;
import dev.fettle.backend.onnxruntime.device.Memory;
import dev.fettle.ir.Value;
import dev.fettle.spi.HostTensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The inputs of a program where its session reads them: on the CPU the caller's own tensors, on a
 * GPU copies that always lie in the same place.
 */
final class RunInputs implements AutoCloseable {
  private final OrtEnvironment environment;
  private final Memory memory;
  private final List<OnnxTensor> wrapped = new ArrayList<>();
  private final Map<String, Cell> staged = new HashMap<>();

  RunInputs(OrtEnvironment environment, Memory memory) {
    this.environment = environment;
    this.memory = memory;
  }

  /** Bytes that the first run takes for copies. */
  long bytesFor(Map<String, Value> inputs) {
    return memory.isHost() || !staged.isEmpty()
        ? 0
        : inputs.values().stream().mapToLong(v -> v.type().bytes()).sum();
  }

  /** One input as the runtime sees it, until {@link #left}. */
  OnnxTensor tensor(String name, Value declared, HostTensor given) {
    if (memory.isHost()) {
      OnnxTensor tensor = HostMemory.tensor(environment, given);
      wrapped.add(tensor);
      return tensor;
    }
    Cell place = staged.computeIfAbsent(name, n -> memory.allocate("input " + n, declared.type()));
    place.put(0, given);
    return place.tensor();
  }

  /** To be called when a run has ended. */
  void left() {
    wrapped.forEach(OnnxTensor::close);
    wrapped.clear();
  }

  @Override
  public void close() {
    left();
    staged.values().forEach(Cell::close);
    staged.clear();
  }
}
