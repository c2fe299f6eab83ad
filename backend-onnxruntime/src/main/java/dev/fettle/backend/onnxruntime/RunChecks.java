package dev.fettle.backend.onnxruntime;

import dev.fettle.backend.onnxruntime.lower.Lowered;
import dev.fettle.ir.Value;
import dev.fettle.program.Program;
import dev.fettle.spi.DeviceState;
import dev.fettle.spi.HostTensor;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Everything about a run that a caller can get wrong, checked before anything is written, so that a
 * mistake never leaves the state half updated.
 */
final class RunChecks {
  private final Program program;
  private final Lowered lowered;
  private final Set<String> read;

  RunChecks(Program program, Lowered lowered) {
    this.program = program;
    this.lowered = lowered;
    this.read = new HashSet<>(program.stateIn().keySet());
  }

  /**
   * Checks one run. Inputs the program does not have are ignored, as the passes drop those that
   * nothing needs.
   *
   * @return the slots of the state the program reads or writes, by name
   */
  Map<String, OrtSlot> check(DeviceState state, Map<String, HostTensor> inputs) {
    if (!(state instanceof OrtState own)) {
      throw new IllegalArgumentException(
          "program " + program.name() + " was given the state of another backend");
    }
    program.inputs().forEach((name, v) -> checkInput(name, v, inputs));
    Map<String, OrtSlot> slots = new HashMap<>();
    program.stateIn().forEach((name, v) -> slots.put(name, own.bound(name, v.type())));
    program.stateOut().forEach((name, v) -> slots.put(name, own.bound(name, v.type())));
    own.requireWhole(read);
    return slots;
  }

  private void checkInput(String name, Value v, Map<String, HostTensor> inputs) {
    HostTensor given = inputs.get(name);
    if (given == null) {
      throw new IllegalArgumentException(
          "program " + program.name() + " needs the input " + name + ": " + v.type());
    }
    if (!given.fits(v.type())) {
      throw new IllegalArgumentException(
          "input "
              + name
              + " of program "
              + program.name()
              + " is "
              + v.type()
              + ", given "
              + given);
    }
    Long limit = lowered.indices().get(name);
    if (limit == null) {
      return;
    }
    long n = given.elements();
    for (long i = 0; i < n; i++) {
      double index = given.get(i);
      if (index < 0 || index >= limit) {
        throw new IllegalArgumentException(
            "input "
                + name
                + " of program "
                + program.name()
                + " holds the index "
                + (long) index
                + " at "
                + i
                + "; it must be from 0 to "
                + (limit - 1));
      }
    }
  }
}
