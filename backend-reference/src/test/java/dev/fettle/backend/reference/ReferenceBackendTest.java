package dev.fettle.backend.reference;

import static dev.fettle.ir.Dim.dim;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.fettle.autodiff.Gradients;
import dev.fettle.ir.DType;
import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.program.ProgramBuilder;
import dev.fettle.program.Slot;
import dev.fettle.spi.Backend;
import dev.fettle.spi.BackendOptions;
import dev.fettle.spi.BackendProvider;
import dev.fettle.spi.Device;
import dev.fettle.spi.DeviceState;
import dev.fettle.spi.DeviceUnavailableException;
import dev.fettle.spi.Executable;
import dev.fettle.spi.HostTensor;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

class ReferenceBackendTest {

  private static Backend open() {
    return new ReferenceProvider().open(Device.CPU, BackendOptions.DEFAULT);
  }

  @Test
  void isFoundByTheServiceLoader() {
    assertThat(ServiceLoader.load(BackendProvider.class).stream().map(p -> p.get().id()))
        .contains(ReferenceProvider.ID);
  }

  @Test
  void refusesAGpu() {
    assertThatThrownBy(
            () -> new ReferenceProvider().open(Device.parse("gpu:0"), BackendOptions.DEFAULT))
        .isInstanceOf(DeviceUnavailableException.class)
        .hasMessageContaining("gpu:0");
  }

  /** Values from Abramowitz and Stegun, table 7.1. */
  @Test
  void erfHasAllItsDigits() {
    assertThat(ElementwiseKernels.erf(0.5)).isEqualTo(0.5204998778130465, within(1e-15));
    assertThat(ElementwiseKernels.erf(1)).isEqualTo(0.8427007929497149, within(1e-15));
    assertThat(ElementwiseKernels.erf(-2)).isEqualTo(-0.9953222650189527, within(1e-15));
    assertThat(ElementwiseKernels.erf(5.9)).isEqualTo(1, within(1e-15));
    assertThat(ElementwiseKernels.erf(Double.POSITIVE_INFINITY)).isEqualTo(1);
    assertThat(ElementwiseKernels.erf(0)).isZero();
    assertThat(ElementwiseKernels.erf(Double.NaN)).isNaN();
  }

  /** Fits y = 3x by gradient descent: builder, autodiff, state and kernels together. */
  @Test
  void learnsASlope() {
    TensorType scalar = TensorType.scalar(DType.F32);
    TensorType row = TensorType.of(DType.F32, dim("batch", 4));
    ProgramBuilder b = new ProgramBuilder("step");
    GraphBuilder g = b.g();
    Value w = b.state(new Slot("param/w", scalar), true);
    Value x = b.input("x", row);
    Value error = g.sub(g.scaleBy(x, w), g.scale(x, 3));
    Value loss = g.scale(g.sumAll(g.mul(error, error)), 0.25);
    Value grad = Gradients.of(g, loss, List.of(w)).get(0);
    b.write("param/w", g.sub(w, g.scale(grad, 0.1)));
    b.output("loss", loss);
    try (Backend backend = open();
        DeviceState state = backend.newState("s");
        Executable step = backend.compile(b.build())) {
      state.allocate(new Slot("param/w", scalar));
      HostTensor xs = HostTensor.ofFloats(new float[] {1, 2, -1, 0.5f}, 4);
      double last = Double.MAX_VALUE;
      for (int i = 0; i < 60; i++) {
        double now = Objects.requireNonNull(step.run(state, Map.of("x", xs)).get("loss")).item();
        assertThat(now).isLessThanOrEqualTo(last);
        last = now;
      }
      assertThat(state.download("param/w").get(0)).isEqualTo(3, within(1e-5));
      assertThat(step.stats().runs()).isEqualTo(60);
    }
  }

  @Test
  void namesAnIndexOutOfRange() {
    ProgramBuilder b = new ProgramBuilder("lookup");
    Value table = b.input("table", TensorType.of(DType.F32, dim("rows", 2), dim("embed", 3)));
    Value index = b.input("index", TensorType.of(DType.I32, dim("batch", 1)));
    b.output("y", b.g().gather(table, index));
    try (Backend backend = open();
        DeviceState state = backend.newState("s");
        Executable lookup = backend.compile(b.build())) {
      Map<String, HostTensor> inputs =
          Map.of(
              "table", HostTensor.allocate(DType.F32, 2, 3),
              "index", HostTensor.ofInts(new int[] {2}, 1));
      assertThatThrownBy(() -> lookup.run(state, inputs))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("index 2 is outside 0..1");
    }
  }
}
