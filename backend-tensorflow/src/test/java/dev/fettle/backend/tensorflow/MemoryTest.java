package dev.fettle.backend.tensorflow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fettle.ir.DType;
import dev.fettle.ir.Dim;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.program.ProgramBuilder;
import dev.fettle.program.Slot;
import dev.fettle.spi.Backend;
import dev.fettle.spi.BackendOptions;
import dev.fettle.spi.Device;
import dev.fettle.spi.DeviceState;
import dev.fettle.spi.Executable;
import dev.fettle.spi.HostTensor;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Native memory stays where it is, run after run. */
@Tag("slow")
class MemoryTest {
  /** 50 MB. */
  private static final TensorType TYPE = TensorType.of(DType.F32, new Dim("n", 12_500_000));

  @Test
  void runsDoNotLeak() {
    try (Backend backend = new TensorFlowProvider().open(Device.CPU, BackendOptions.DEFAULT)) {
      ProgramBuilder b = new ProgramBuilder("step");
      Value old = b.state(new Slot("x", TYPE), false);
      Value by = b.input("by", TensorType.scalar(DType.F32));
      Value sum = b.g().add(old, b.g().broadcast(by, TYPE.shape(), List.of()));
      b.write("x", sum);
      b.output("y", b.g().scale(sum, 2));
      try (DeviceState state = backend.newState("s");
          Executable step = backend.compile(b.build())) {
        state.allocate(new Slot("x", TYPE));
        Map<String, HostTensor> one = Map.of("by", HostTensor.scalar(DType.F32, 1));
        // Results are left open: the next run frees them.
        for (int i = 0; i < 20; i++) {
          step.run(state, one);
        }
        long before = StepHarness.memory("VmRSS");
        for (int i = 0; i < 200; i++) {
          step.run(state, one);
        }
        assertThat(state.download("x").get(0)).isEqualTo(220);
        System.gc();
        assertThat(StepHarness.memory("VmRSS") - before).isLessThan(120_000);
      }
    }
  }

  @Test
  void closedBackendsGiveMemoryBack() {
    long before = 0;
    for (int i = 0; i < 12; i++) {
      try (Backend backend = new TensorFlowProvider().open(Device.CPU, BackendOptions.DEFAULT)) {
        DeviceState state = backend.newState("s");
        state.allocate(new Slot("x", TYPE));
        state.download("x");
      }
      System.gc();
      if (i == 2) {
        before = StepHarness.memory("VmRSS");
      }
    }
    assertThat(StepHarness.memory("VmRSS") - before).isLessThan(150_000);
  }
}
