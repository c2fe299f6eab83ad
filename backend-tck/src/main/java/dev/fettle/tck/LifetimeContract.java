package dev.fettle.tck;

import static dev.fettle.ir.Dim.dim;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fettle.ir.DType;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.ir.composite.AdamW;
import dev.fettle.program.Program;
import dev.fettle.program.ProgramBuilder;
import dev.fettle.program.Slot;
import dev.fettle.spi.DeviceState;
import dev.fettle.spi.Executable;
import dev.fettle.spi.HostTensor;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Rules L-1 to L-3: what is closed takes no memory any more. */
public abstract class LifetimeContract extends BackendContract {
  private static final long KIB = 1 << 10;
  private static final long MIB = 1 << 20;
  private static final int WARM = 50;
  private static final int PROGRAMS = 500;

  /** For subclasses. */
  protected LifetimeContract() {}

  /**
   * What this process holds.
   *
   * @param heap bytes of live objects
   * @param direct bytes of direct buffers
   * @param resident bytes of the whole process; 0 where the system does not say
   */
  private record Memory(long heap, long direct, long resident) {

    static Memory now() throws IOException, InterruptedException {
      // Buffers are freed by a thread that learns of them from a collection.
      for (int i = 0; i < 4; i++) {
        System.gc();
        Thread.sleep(50);
      }
      long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
      long direct = 0;
      for (BufferPoolMXBean pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
        direct += pool.getName().equals("direct") ? pool.getMemoryUsed() : 0;
      }
      return new Memory(heap, direct, residentNow());
    }

    private static long residentNow() throws IOException {
      Path status = Path.of("/proc/self/status");
      if (!Files.exists(status)) {
        return 0;
      }
      for (String line : Files.readAllLines(status)) {
        if (line.startsWith("VmRSS:")) {
          return Long.parseLong(line.replaceAll("\\D", "")) * KIB;
        }
      }
      return 0;
    }

    void requireNoMoreThan(Memory before) {
      assertThat(heap - before.heap).as("bytes of live objects").isLessThan(MIB);
      assertThat(direct - before.direct).as("bytes of direct buffers").isLessThan(256 * KIB);
      assertThat(resident - before.resident).as("bytes of the process").isLessThan(128 * MIB);
    }
  }

  /** A step with everything a program can have: slots in place and not, inputs, results. */
  private static Program program(int i) {
    ProgramBuilder b = new ProgramBuilder("program" + i);
    TensorType type = TensorType.of(DType.F32, dim("n", 2048 + i), dim("m", 2));
    List<Value> in = new ArrayList<>();
    for (String name : List.of("p", "g", "m", "v")) {
      in.add(b.state(new Slot(name, type), false));
    }
    for (String name : List.of("rate", "scale", "c1", "c2")) {
      in.add(b.input(name, TensorType.scalar(DType.F32)));
    }
    List<Value> out = b.g().emit(new AdamW(0.9, 0.99, 1e-8, 0), in);
    b.write("p", out.get(0));
    b.write("m", out.get(1));
    b.write("v", out.get(2));
    b.write("g", b.g().tanh(b.g().add(in.get(0), in.get(1))));
    b.output("y", b.g().exp(in.get(1)));
    return b.build();
  }

  private static Map<String, HostTensor> inputs() {
    Map<String, HostTensor> inputs = new LinkedHashMap<>();
    for (String name : List.of("rate", "scale", "c1", "c2")) {
      inputs.put(name, HostTensor.scalar(DType.F32, 0.5));
    }
    return inputs;
  }

  @Test
  @DisplayName("L-1 500 programs compiled, run and closed leave nothing behind")
  void programs() throws IOException, InterruptedException {
    Memory before = null;
    for (int i = 0; i < PROGRAMS; i++) {
      Program program = program(i);
      try (DeviceState state = backend().newState("s" + i);
          Executable executable = backend().compile(program)) {
        Trial.allocate(state, program);
        executable.run(state, inputs());
        executable.run(state, inputs());
      }
      if (i == WARM) {
        before = Memory.now();
      }
    }
    if (before != null) {
      Memory.now().requireNoMoreThan(before);
    }
  }

  @Test
  @DisplayName("L-2 a closed program holds no results, even where somebody holds it")
  void held() throws IOException, InterruptedException {
    List<Executable> held = new ArrayList<>();
    Memory before = Memory.now();
    for (int i = 0; i < 64; i++) {
      ProgramBuilder b = new ProgramBuilder("large" + i);
      TensorType type = TensorType.of(DType.F32, dim("n", (1 << 18) + i));
      b.output(
          "y",
          b.g()
              .exp(
                  b.g()
                      .broadcast(
                          b.input("x", TensorType.scalar(DType.F32)), type.shape(), List.of())));
      try (DeviceState state = backend().newState("s" + i);
          Executable executable = backend().compile(b.build())) {
        executable.run(state, Map.of("x", HostTensor.scalar(DType.F32, 1)));
        held.add(executable);
      }
    }
    assertThat(held).hasSize(64);
    Memory.now().requireNoMoreThan(before);
  }

  @Test
  @DisplayName("L-3 500 states made, filled and closed leave nothing behind")
  void states() throws IOException, InterruptedException {
    Program program = program(0);
    Memory before = null;
    try (Executable executable = backend().compile(program)) {
      for (int i = 0; i < PROGRAMS; i++) {
        try (DeviceState state = backend().newState("s" + i)) {
          Trial.allocate(state, program);
          executable.run(state, inputs());
        }
        if (i == WARM) {
          before = Memory.now();
        }
      }
      if (before != null) {
        Memory.now().requireNoMoreThan(before);
      }
    }
  }
}
