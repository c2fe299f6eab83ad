package dev.fettle.backend.tensorflow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fettle.backend.tensorflow.Gpt2Programs.Size;
import dev.fettle.backend.tensorflow.Gpt2Programs.Step;
import dev.fettle.ir.op.Linalg.Precision;
import dev.fettle.program.Slot;
import dev.fettle.spi.Backend;
import dev.fettle.spi.BackendOptions;
import dev.fettle.spi.Device;
import dev.fettle.spi.DeviceState;
import dev.fettle.spi.Executable;
import dev.fettle.spi.HostTensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A step with bfloat16 products: only their operands and results are rounded, on every path. */
class Bfloat16Test {
  /** Eight bits of mantissa, over some thirty roundings in a row. */
  private static final double RELATIVE = 0.05;

  @ParameterizedTest
  @ValueSource(strings = {"0", "9223372036854775807"})
  void gradientsStayNearThoseInFull(String xlaElements) {
    Map<String, float[]> full = gradients(Precision.FULL, xlaElements);
    Map<String, float[]> narrow = gradients(Precision.BF16, xlaElements);
    full.forEach(
        (name, expected) -> {
          float[] actual = narrow.getOrDefault(name, new float[0]);
          double distance = distance(actual, expected);
          assertThat(distance).as(name).isLessThan(RELATIVE);
          // Else nothing was rounded, and the comparison says little.
          assertThat(distance).as(name).isGreaterThan(1e-5);
        });
  }

  private static Map<String, float[]> gradients(Precision precision, String xlaElements) {
    Size size = Size.TINY;
    Step step = Gpt2Programs.of(size, precision);
    BackendOptions options = new BackendOptions(1, Map.of("xlaElements", xlaElements));
    Map<String, float[]> gradients = new LinkedHashMap<>();
    try (Backend backend = new TensorFlowProvider().open(Device.CPU, options);
        DeviceState state = backend.newState("s");
        Executable accumulate = backend.compile(step.accumulate())) {
      Random random = new Random(5);
      for (Slot slot : step.parameters()) {
        String name = slot.name().substring("param/".length());
        state.allocate(slot);
        state.upload(slot.name(), normal(slot, random));
        state.allocate(new Slot("grad/" + name, slot.type()));
      }
      int n = size.batch() * size.seq();
      float[] weights = new float[n];
      Arrays.fill(weights, 1f / n);
      accumulate.run(
          state,
          Map.of(
              "ids", HostTensor.ofInts(random.ints(n, 0, size.vocab()).toArray(), n),
              "targets", HostTensor.ofInts(random.ints(n, 0, size.vocab()).toArray(), n),
              "weights", HostTensor.ofFloats(weights, n)));
      for (Slot slot : step.parameters()) {
        String name = slot.name().substring("param/".length());
        gradients.put(name, state.download("grad/" + name).toFloats());
      }
    }
    return gradients;
  }

  private static HostTensor normal(Slot slot, Random random) {
    HostTensor t = HostTensor.allocate(slot.type());
    for (long i = 0; i < t.elements(); i++) {
      t.set(i, (slot.name().endsWith(".g") ? 1 : 0) + 0.2 * random.nextGaussian());
    }
    return t;
  }

  private static double distance(float[] a, float[] b) {
    double difference = 0;
    double size = 0;
    for (int i = 0; i < b.length; i++) {
      difference += Math.pow((double) a[i] - b[i], 2);
      size += Math.pow(b[i], 2);
    }
    return Math.sqrt(difference / size);
  }
}
