package dev.fettle.backend.tensorflow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fettle.ir.DType;
import dev.fettle.ir.Dim;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.program.Program;
import dev.fettle.program.ProgramBuilder;
import dev.fettle.program.Slot;
import dev.fettle.spi.BackendOptions;
import dev.fettle.spi.Device;
import dev.fettle.spi.DeviceState;
import dev.fettle.spi.Executable;
import dev.fettle.spi.HostTensor;
import dev.fettle.spi.cuda.GpuSettings;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The graph of a backend that lives long. Its size is what a new program's first run, and each new
 * slot, takes time and memory by.
 */
class GraphGrowthTest {
  private static final int CYCLES = 200;

  /** The dead nodes that are let lie, what is alive, and a program. */
  private static final long BOUND = 8_000;

  private static final TensorType VECTOR = TensorType.of(DType.F32, new Dim("d", 4));

  private static final BackendOptions OPTIONS = new BackendOptions(1, Map.of());

  private final TensorFlowBackend backend =
      new TensorFlowBackend(
          new SessionConfig(Device.CPU, 1, GpuSettings.DEFAULT),
          TensorFlowSettings.of(OPTIONS),
          Optional.empty());
  private final DeviceState state = backend.newState("policy");

  @AfterEach
  void close() {
    backend.close();
  }

  private static Slot cache(long length) {
    return new Slot("cache", TensorType.of(DType.F32, new Dim("seq", length), new Dim("d", 4)));
  }

  /** Adds the parameter to each row of the cache, by a chain of some length. */
  private static Program program(long length, int chain) {
    ProgramBuilder b = new ProgramBuilder("p" + length);
    Value w = b.state(new Slot("w", VECTOR), false);
    Value x = b.state(cache(length), false);
    for (int i = 0; i < chain; i++) {
      x = b.g().neg(b.g().tanh(x));
    }
    b.write("cache", b.g().add(b.state(cache(length), false), b.g().broadcastRow(w, x.shape())));
    b.output("sum", b.g().sumAll(x));
    return b.build();
  }

  private void parameter() {
    state.allocate(new Slot("w", VECTOR));
    state.upload("w", HostTensor.ofFloats(new float[] {1, 2, 3, 4}, 4));
  }

  private void cycle(Executable executable, long length) {
    state.allocate(cache(length));
    executable.run(state, Map.of());
    executable.run(state, Map.of());
    assertThat(state.download("cache").get(length * 4 - 1)).isEqualTo(8);
    state.release("cache");
  }

  @Test
  void lengthsInTurnAddNothing() {
    parameter();
    Map<Long, Executable> programs = new HashMap<>();
    for (long length : List.of(10L, 50L)) {
      programs.put(length, backend.compile(program(length, 3)));
    }
    long settled = 0;
    for (int i = 0; i < CYCLES; i++) {
      long length = i % 2 == 0 ? 10 : 50;
      cycle(Objects.requireNonNull(programs.get(length)), length);
      settled = i == 1 ? backend.runtime().nodes() : settled;
    }
    assertThat(backend.runtime().nodes()).isEqualTo(settled);
  }

  @Test
  void statesInTurnAddNothing() {
    parameter();
    long settled = 0;
    try (Executable executable = backend.compile(program(10, 3))) {
      for (int i = 0; i < CYCLES; i++) {
        try (DeviceState other = backend.newState("other" + i)) {
          other.allocate(new Slot("w", VECTOR));
          other.allocate(cache(10));
          executable.run(other, Map.of());
        }
        settled = i == 0 ? backend.runtime().nodes() : settled;
      }
      assertThat(backend.runtime().nodes()).isEqualTo(settled);
    }
  }

  @Test
  void everNewLengthsKeepTheGraphBounded() {
    parameter();
    state.allocate(new Slot("bytes", TensorType.of(DType.I8, new Dim("n", 3))));
    HostTensor bytes = HostTensor.allocate(DType.I8, 3);
    bytes.set(0, -128);
    bytes.set(2, 127);
    state.upload("bytes", bytes);
    state.allocate(new Slot("truth", TensorType.of(DType.BOOL, new Dim("n", 2))));
    Set<TensorFlowRuntime> sessions = new HashSet<>();
    long largest = 0;
    try (Executable kept = backend.compile(program(7, 3))) {
      for (int i = 0; i < CYCLES; i++) {
        try (Executable executable = backend.compile(program(10 + i, 50))) {
          cycle(executable, 10 + i);
        }
        if (i % 20 == 0) {
          cycle(kept, 7);
        }
        sessions.add(backend.runtime());
        largest = Math.max(largest, backend.runtime().nodes());
      }
    }
    assertThat(largest).isLessThan(BOUND);
    // Else the graph was never made anew, and its contents never moved.
    assertThat(sessions).hasSizeGreaterThan(2);
    assertThat(state.download("w").toFloats()).containsExactly(1, 2, 3, 4);
    assertThat(state.download("bytes").bytes()).isEqualTo(bytes.bytes());
    assertThat(state.download("truth").get(1)).isZero();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aSlotWrittenInPlaceLeavesTheOneThatTookItsBufferAlone(boolean moved) {
    parameter();
    state.allocate(new Slot("copy", VECTOR));
    ProgramBuilder b = new ProgramBuilder("share");
    b.write("copy", b.state(new Slot("w", VECTOR), false));
    try (Executable share = backend.compile(b.build())) {
      share.run(state, Map.of());
    }
    TensorFlowRuntime before = backend.runtime();
    before.retire(moved ? 1_000_000 : 0);
    ProgramBuilder write = new ProgramBuilder("overwrite");
    Value old = write.state(new Slot("w", VECTOR), false);
    Value one = write.input("new", TensorType.of(DType.F32, new Dim("d", 1)));
    Value at = write.input("at", TensorType.scalar(DType.I32));
    write.write("w", write.g().dynamicUpdateSlice(old, one, at, 0));
    try (Executable overwrite = backend.compile(write.build())) {
      HostTensor nine = HostTensor.ofFloats(new float[] {9}, 1);
      overwrite.run(state, Map.of("new", nine, "at", HostTensor.scalar(DType.I32, 2)));
    }
    assertThat(backend.runtime() != before).isEqualTo(moved);
    assertThat(state.download("w").toFloats()).containsExactly(1, 2, 9, 4);
    assertThat(state.download("copy").toFloats()).containsExactly(1, 2, 3, 4);
  }

  @Test
  void downloadsOfAllSlotsAddNodesOnce() {
    for (int i = 0; i < 100; i++) {
      String name = "slot" + i;
      state.allocate(new Slot(name, VECTOR));
      state.upload(name, HostTensor.ofFloats(new float[] {i, 0, 0, 0}, 4));
    }
    assertThat(state.download("slot0").get(0)).isZero();
    long settled = backend.runtime().nodes();
    for (int i = 0; i < 100; i++) {
      assertThat(state.download("slot" + i).get(0)).isEqualTo(i);
    }
    assertThat(backend.runtime().nodes()).isEqualTo(settled);
  }
}
