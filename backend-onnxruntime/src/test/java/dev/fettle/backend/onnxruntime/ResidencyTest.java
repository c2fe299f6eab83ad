package dev.fettle.backend.onnxruntime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fettle.ir.DType;
import dev.fettle.ir.Dim;
import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.program.Program;
import dev.fettle.program.ProgramBuilder;
import dev.fettle.spi.Backend;
import dev.fettle.spi.BackendOptions;
import dev.fettle.spi.Device;
import dev.fettle.spi.DeviceState;
import dev.fettle.spi.Executable;
import dev.fettle.spi.HostTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Programs with large intermediate results share the memory for them. */
class ResidencyTest {
  private static final long MIB = 1 << 20;

  /** Each intermediate result takes 64 MiB and more, and a run holds three of them. */
  private static Program large(int index) {
    ProgramBuilder b = new ProgramBuilder("large" + index);
    GraphBuilder g = b.g();
    Value x = b.input("x", TensorType.scalar(DType.F32));
    TensorType wide =
        TensorType.of(DType.F32, new Dim("rows", 4096 + index), new Dim("columns", 4096));
    Value all = g.broadcast(x, wide.shape(), List.of());
    Value counted = g.add(all, g.cast(g.iota(wide.withDType(DType.I32), 0), DType.F32));
    b.output("mean", g.scale(g.sumAll(g.mul(g.tanh(counted), g.exp(g.neg(counted)))), 1e-3));
    return b.build();
  }

  private static double run(Executable program, DeviceState state) {
    Map<String, HostTensor> inputs = Map.of("x", HostTensor.scalar(DType.F32, 0.5));
    return Objects.requireNonNull(program.run(state, inputs).get("mean")).item();
  }

  private static Backend open() {
    return new OrtProvider().open(Device.CPU, new BackendOptions(2, Map.of()));
  }

  private static long residentMiB() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("\\D", "")) * 1024 / MIB;
      }
    }
    throw new IOException("no VmRSS");
  }

  @Test
  void memoryDoesNotGrowWithTheNumberOfPrograms() throws IOException {
    assumeTrue(Files.exists(Path.of("/proc/self/status")), "only Linux says what is resident");
    try (Backend backend = open();
        DeviceState state = backend.newState("s")) {
      long before = residentMiB();
      run(backend.compile(large(0)), state);
      long one = residentMiB() - before;
      for (int i = 1; i < 7; i++) {
        run(backend.compile(large(i)), state);
      }
      assertThat(residentMiB() - before).isLessThan(one * 5 / 2);
    }
  }

  @Test
  void aProgramPutToSleepWakesWithTheSameResult() {
    try (Backend backend = open();
        DeviceState state = backend.newState("s")) {
      Executable first = backend.compile(large(0));
      List<Executable> others = new ArrayList<>();
      for (int i = 1; i < 7; i++) {
        others.add(backend.compile(large(i)));
      }
      double expected = run(first, state);
      for (int round = 0; round < 2; round++) {
        for (Executable other : others) {
          assertThat(run(other, state)).isEqualTo(expected, within(expected));
        }
        assertThat(run(first, state)).isEqualTo(expected);
      }
      first.close();
      others.forEach(other -> assertThat(run(other, state)).isPositive());
    }
  }
}
