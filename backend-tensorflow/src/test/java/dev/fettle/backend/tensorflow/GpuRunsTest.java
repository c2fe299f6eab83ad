package dev.fettle.backend.tensorflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fettle.backend.tensorflow.GpuRuns.Bytes;
import dev.fettle.ir.DType;
import dev.fettle.ir.Dim;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.program.Program;
import dev.fettle.program.ProgramBuilder;
import dev.fettle.program.Slot;
import dev.fettle.spi.Backend;
import dev.fettle.spi.BackendOptions;
import dev.fettle.spi.Device;
import dev.fettle.spi.DeviceFailureException;
import dev.fettle.spi.DeviceState;
import dev.fettle.spi.Executable;
import dev.fettle.spi.HostTensor;
import dev.fettle.spi.cuda.GpuSettings;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.tensorflow.TensorFlow;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.GPUOptions;

/** Precision, the same bits, and memory on a GPU, as far as they can be seen without one. */
class GpuRunsTest {
  private static final TensorType TYPE = TensorType.of(DType.F32, new Dim("n", 4));

  /** More than any machine has. */
  private static final TensorType HUGE =
      TensorType.of(DType.F32, new Dim("rows", 1L << 24), new Dim("columns", 1L << 20));

  private static SessionConfig config(Device device, GpuSettings gpu) {
    return new SessionConfig(device, 1, gpu);
  }

  @Test
  void theSwitchesAreThoseOfTheLibrary() {
    TensorFlow.version();
    ProcessSwitches switches = ProcessSwitches.loaded();
    for (boolean on : new boolean[] {false, true, false}) {
      switches.tf32(on);
      assertThat(ProcessSwitches.loaded().tf32()).isEqualTo(on);
      switches.deterministic(on);
      assertThat(ProcessSwitches.loaded().deterministic()).isEqualTo(on);
    }
  }

  @Test
  void everyRunHasItsOwnPrecision() {
    TensorFlow.version();
    ProcessSwitches switches = ProcessSwitches.loaded();
    GpuRuns runs = new GpuRuns(config(Device.CPU, GpuSettings.DEFAULT), switches, Optional::empty);
    assertThat(runs.<Boolean>run(true, switches::tf32)).isTrue();
    assertThat(runs.<Boolean>run(false, switches::tf32))
        .as("TF32 is off unless asked for")
        .isFalse();
    assertThat(runs.<Boolean>run(false, switches::deterministic)).isTrue();
    GpuSettings fast = GpuSettings.of(Map.of("deterministic", "false"));
    GpuRuns quick = new GpuRuns(config(Device.CPU, fast), switches, Optional::empty);
    assertThat(quick.<Boolean>run(false, switches::deterministic)).isFalse();
  }

  @Test
  void aSessionIsMadeForOneCardAndSoMuchOfIt() {
    Device second = Device.parse("gpu:1");
    ConfigProto free = config(second, GpuSettings.DEFAULT).proto(true);
    assertThat(free.getGpuOptions().getVisibleDeviceList()).isEqualTo("1");
    assertThat(free.getGpuOptions().getAllowGrowth()).isTrue();
    assertThat(free.getGpuOptions().getExperimental().getVirtualDevicesCount()).isZero();
    GPUOptions bounded =
        config(second, GpuSettings.of(Map.of("gpuMemory", "20GiB"))).proto(true).getGpuOptions();
    assertThat(bounded.getExperimental().getVirtualDevices(0).getMemoryLimitMb(0))
        .isEqualTo(20 * 1024);
    assertThat(config(Device.CPU, GpuSettings.DEFAULT).proto(true).getDeviceCountMap())
        .containsEntry("GPU", 0);
  }

  @Test
  void stateThatCannotFitIsRefusedBeforeItIsMade() {
    Slot large = new Slot("large", TensorType.of(DType.F32, new Dim("n", 1L << 28)));
    Bytes card = new Bytes(1L << 30, 3L << 30);
    BackendOptions limit = new BackendOptions(1, Map.of("gpuMemory", "1500MiB"));
    try (Backend backend = GpuLowering.open(BackendOptions.DEFAULT, Optional.of(card));
        DeviceState state = backend.newState("policy")) {
      state.allocate(List.of(new Slot("a", large.type()), new Slot("b", large.type())));
      assertThatThrownBy(
              () ->
                  state.allocate(List.of(new Slot("c", large.type()), new Slot("d", large.type()))))
          .isInstanceOf(DeviceFailureException.class)
          .hasMessageContaining("state policy needs 4.00 GiB on cpu, where there are 3.00 GiB.");
      assertThat(state.slots()).extracting(Slot::name).containsExactly("a", "b");
    }
    try (Backend backend = GpuLowering.open(limit, Optional.of(card));
        DeviceState state = backend.newState("policy")) {
      state.allocate(large);
      assertThatThrownBy(() -> state.allocate(new Slot("more", large.type())))
          .hasMessageContaining(
              "needs 2.00 GiB on cpu, where there are 1.46 GiB (setting gpuMemory)");
    }
  }

  @Test
  void roomIsTheCardsOrTheLimit() {
    TensorFlow.version();
    GpuRuns unknown =
        new GpuRuns(
            config(Device.CPU, GpuSettings.DEFAULT), ProcessSwitches.loaded(), Optional::empty);
    assertThat(unknown.room()).isEqualTo(OptionalLong.empty());
    unknown.require("state s", Long.MAX_VALUE);
    assertThat(unknown.taken()).isEqualTo("memory taken on cpu not known");
  }

  private static Program tooLarge() {
    ProgramBuilder b = new ProgramBuilder("accumulate");
    Value weight = b.state(new Slot("param/w", TYPE), false);
    Value gradient = b.state(new Slot("grad/w", TYPE), false);
    Value x = b.input("x", TensorType.scalar(DType.F32));
    Value all = b.g().broadcast(x, HUGE.shape(), List.of());
    // Not a sum alone, which could be had of the scalar.
    Value sum = b.g().sum(b.g().cumsum(all, 0, false, false), List.of(0, 1));
    b.write(
        "grad/w",
        b.g().add(gradient, b.g().mul(weight, b.g().broadcast(sum, TYPE.shape(), List.of()))));
    return b.build();
  }

  @Test
  void lackOfMemoryIsSaidWithWhatItTakesAndLeavesTheParameters() {
    Bytes card = new Bytes(1L << 29, 80L << 30);
    HostTensor ones = HostTensor.ofFloats(new float[] {1, 2, 3, 4}, 4);
    try (Backend backend = GpuLowering.open(BackendOptions.DEFAULT, Optional.of(card));
        DeviceState state = backend.newState("policy");
        Executable accumulate = backend.compile(tooLarge())) {
      state.allocate(List.of(new Slot("param/w", TYPE), new Slot("grad/w", TYPE)));
      state.upload("param/w", ones);
      assertThatThrownBy(() -> accumulate.run(state, Map.of("x", HostTensor.scalar(DType.F32, 1))))
          .isInstanceOf(DeviceFailureException.class)
          .hasMessageContaining("program accumulate failed on cpu: out of memory: ")
          .hasMessageContaining("predicted: state 1 MiB, values at most ")
          .hasMessageContaining("79.50 of 80.00 GiB taken on cpu at most")
          .hasMessageContaining("train.microBatchSize")
          .message()
          .doesNotContain("\n");
      // A checkpoint can be written of what the program does not write.
      assertThat(state.download("param/w").toFloats()).containsExactly(1, 2, 3, 4);
      assertThatThrownBy(() -> state.download("grad/w"))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("slot grad/w of state policy is broken")
          .hasMessageContaining("accumulate");
      assertThatThrownBy(() -> accumulate.run(state, Map.of("x", HostTensor.scalar(DType.F32, 1))))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("grad/w");
      state.upload("grad/w", 0, HostTensor.ofFloats(new float[] {0, 0}, 2));
      assertThatThrownBy(() -> state.download("grad/w")).hasMessageContaining("broken");
      state.upload("grad/w", 2, HostTensor.ofFloats(new float[] {0, 7}, 2));
      assertThat(state.download("grad/w").toFloats()).containsExactly(0, 0, 0, 7);
    }
  }

  @Test
  void whereAProgramsOperationsRunIsAmongItsNotes() {
    ProgramBuilder b = new ProgramBuilder("p");
    Value x = b.input("x", TYPE);
    b.output("y", b.g().exp(x));
    try (Backend backend = GpuLowering.open(BackendOptions.DEFAULT, Optional.empty());
        DeviceState state = backend.newState("s");
        Executable program = backend.compile(b.build())) {
      program.run(state, Map.of("x", HostTensor.allocate(TYPE)));
      assertThat(program.stats().notes())
          .anyMatch(note -> note.contains("0 operations on the GPU") && note.contains("1 Exp"))
          .anyMatch(note -> note.startsWith("memory predicted: state 0 MiB"));
    }
  }

  @Test
  void whatTensorFlowSaysIsCutToOneLine() {
    assertThat(FirstLine.of("\n  OOM when allocating\n\t [[{{node x}}]]\nHint: ..."))
        .isEqualTo("OOM when allocating");
    assertThat(FirstLine.of("")).isEqualTo("it does not say why");
    assertThat(FirstLine.of("x".repeat(2000))).hasSize(303).endsWith("...");
  }
}
