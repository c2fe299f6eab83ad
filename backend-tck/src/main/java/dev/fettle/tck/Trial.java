package dev.fettle.tck;

import dev.fettle.program.Program;
import dev.fettle.program.Slot;
import dev.fettle.spi.Backend;
import dev.fettle.spi.CompileOptions;
import dev.fettle.spi.DeviceState;
import dev.fettle.spi.DeviceTensor;
import dev.fettle.spi.Executable;
import dev.fettle.spi.HostTensor;
import java.util.LinkedHashMap;
import java.util.Map;

/** Runs a program once, in a state of its own. */
final class Trial {
  private final Backend backend;
  private final CompileOptions options;

  Trial(Backend backend, CompileOptions options) {
    this.backend = backend;
    this.options = options;
  }

  /** Outputs by name, and the contents of written slots under {@code state:name}. */
  Map<String, HostTensor> run(Program program, Map<String, HostTensor> tensors) {
    try (DeviceState state = backend.newState("trial");
        Executable executable = backend.compile(program, options)) {
      allocate(state, program);
      program.stateIn().keySet().forEach(s -> state.upload(s, Maps.get(tensors, s)));
      Map<String, HostTensor> results = host(executable.run(state, only(program, tensors)));
      program.stateOut().keySet().forEach(s -> results.put("state:" + s, state.download(s)));
      return results;
    }
  }

  /** The tensors that are inputs of a program. */
  static Map<String, HostTensor> only(Program program, Map<String, HostTensor> tensors) {
    Map<String, HostTensor> inputs = new LinkedHashMap<>();
    program.inputs().keySet().forEach(i -> inputs.put(i, Maps.get(tensors, i)));
    return inputs;
  }

  /** Makes the slots a program reads or writes, where they are not there yet. */
  static void allocate(DeviceState state, Program program) {
    program.stateIn().forEach((name, v) -> allocate(state, new Slot(name, v.type())));
    program.stateOut().forEach((name, v) -> allocate(state, new Slot(name, v.type())));
  }

  private static void allocate(DeviceState state, Slot slot) {
    if (state.slots().stream().noneMatch(s -> s.name().equals(slot.name()))) {
      state.allocate(slot);
    }
  }

  /** Copies in host memory; the results are closed. */
  static Map<String, HostTensor> host(Map<String, DeviceTensor> results) {
    Map<String, HostTensor> copies = new LinkedHashMap<>();
    results.forEach(
        (name, t) -> {
          copies.put(name, t.toHost());
          t.close();
        });
    return copies;
  }
}
