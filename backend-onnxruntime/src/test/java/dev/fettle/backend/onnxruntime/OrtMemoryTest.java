package dev.fettle.backend.onnxruntime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OrtEnvironment;
import dev.fettle.ir.DType;
import dev.fettle.ir.Dim;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.program.ProgramBuilder;
import dev.fettle.program.Slot;
import dev.fettle.spi.Backend;
import dev.fettle.spi.BackendOptions;
import dev.fettle.spi.Device;
import dev.fettle.spi.DeviceFailureException;
import dev.fettle.spi.DeviceState;
import dev.fettle.spi.DirectMemory;
import dev.fettle.spi.Executable;
import dev.fettle.spi.HostTensor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** State lies in direct memory, of which the JVM gives only so much. */
class OrtMemoryTest {
  private static final long MIB = 1 << 20;
  private static final TensorType MEBIBYTE =
      TensorType.of(DType.F32, new Dim("rows", 512), new Dim("columns", 512));

  private static Backend open(DirectMemory memory) {
    return new OrtBackend(
        OrtEnvironment.getEnvironment(),
        OrtBackend.Place.cpu(OrtEnvironment.getEnvironment(), memory),
        new SessionSettings(Device.CPU, BackendOptions.DEFAULT),
        BackendOptions.DEFAULT);
  }

  @Test
  void stateThatDoesNotFitIsRefusedAsAWhole() {
    try (Backend backend = open(new DirectMemory(() -> 3 * MIB, () -> 0));
        DeviceState state = backend.newState("policy")) {
      List<Slot> four =
          List.of(
              new Slot("a", MEBIBYTE),
              new Slot("b", MEBIBYTE),
              new Slot("c", MEBIBYTE),
              new Slot("d", MEBIBYTE));
      assertThatThrownBy(() -> state.allocate(four))
          .isInstanceOf(DeviceFailureException.class)
          .hasMessageContaining("state policy (4 slots) needs 4.0 MiB")
          .hasMessageContaining("3.0 MiB of 3.0 MiB are left")
          .hasMessageContaining("-XX:MaxDirectMemorySize");
      assertThat(state.slots()).isEmpty();
      state.allocate(four.subList(0, 3));
      assertThat(state.slots()).hasSize(3);
    }
  }

  @Test
  void aRunWithNoRoomForItsResultsIsRefusedBeforeItBegins() {
    AtomicLong limit = new AtomicLong(4 * MIB);
    ProgramBuilder b = new ProgramBuilder("step");
    Value a = b.state(new Slot("a", MEBIBYTE), false);
    b.write("a", b.g().reshape(b.g().transpose(a, List.of(1, 0)), MEBIBYTE.shape()));
    b.output("y", b.g().exp(a));
    try (Backend backend = open(new DirectMemory(limit::get, () -> 0));
        DeviceState state = backend.newState("policy");
        Executable step = backend.compile(b.build())) {
      state.allocate(new Slot("a", MEBIBYTE));
      HostTensor first = HostTensor.allocate(MEBIBYTE);
      first.set(1, 5);
      state.upload("a", first);
      limit.set(MIB);
      assertThatThrownBy(() -> step.run(state, Map.of()))
          .isInstanceOf(DeviceFailureException.class)
          .hasMessageContaining("a run of program step needs 2.0 MiB");
      assertThat(state.download("a").get(1)).isEqualTo(5);
      limit.set(2 * MIB);
      step.run(state, Map.of());
      assertThat(state.download("a").get(512)).isEqualTo(5);
    }
  }

  @Test
  void aTensorOverTwoGibibytesIsRefusedByName() {
    TensorType large = TensorType.of(DType.F32, new Dim("vocab", 151936), new Dim("embed", 4096));
    try (Backend backend = open(new DirectMemory(() -> Long.MAX_VALUE, () -> 0));
        DeviceState state = backend.newState("policy")) {
      assertThatThrownBy(
              () -> state.allocate(List.of(new Slot("norm", MEBIBYTE), new Slot("head", large))))
          .isInstanceOf(DeviceFailureException.class)
          .hasMessageContaining("head (F32[vocab=151936, embed=4096], 2489319424 bytes)")
          .hasMessageContaining("Choose backend tensorflow")
          .hasMessageNotContaining("norm");
      assertThat(state.slots()).isEmpty();
    }
  }

  /** The same in a JVM that really has no more. */
  @Test
  void aSmallLimitIsAnErrorThatNamesTheFlag() throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx64m",
            "-XX:MaxDirectMemorySize=16m",
            SmallMemory.class.getName());
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    builder.redirectErrorStream(true);
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    assertThat(output)
        .contains("state: state policy (20 slots) needs 20.0 MiB outside the Java heap")
        .contains("of 16.0 MiB are left")
        .contains("tensor: tensor F32[8388608] needs 32.0 MiB")
        .contains("-XX:MaxDirectMemorySize=1g");
  }

  /** What the small JVM runs. */
  static final class SmallMemory {
    private SmallMemory() {}

    /** Prints two refusals. */
    public static void main(String[] args) {
      try (Backend backend = new OrtProvider().open(Device.CPU, BackendOptions.DEFAULT);
          DeviceState state = backend.newState("policy")) {
        List<Slot> slots =
            java.util.stream.IntStream.range(0, 20)
                .mapToObj(i -> new Slot("slot" + i, MEBIBYTE))
                .toList();
        attempt("state", () -> state.allocate(slots));
        attempt("tensor", () -> HostTensor.allocate(DType.F32, 1 << 23));
      }
    }

    private static void attempt(String what, Runnable action) {
      try {
        action.run();
      } catch (DeviceFailureException e) {
        System.out.println(what + ": " + e.getMessage());
      }
    }
  }
}
