package dev.fettle.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import dev.fettle.backend.reference.ReferenceProvider;
import dev.fettle.ir.DType;
import dev.fettle.ir.Dim;
import dev.fettle.ir.TensorType;
import dev.fettle.program.Program;
import dev.fettle.spi.Backend;
import dev.fettle.spi.BackendOptions;
import dev.fettle.spi.Device;
import dev.fettle.spi.DeviceState;
import dev.fettle.spi.Executable;
import dev.fettle.spi.HostTensor;
import dev.fettle.tck.cases.OpCase;
import dev.fettle.tck.cases.OpCases;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every gradient rule against central differences. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FiniteDifferencesTest {
  private final Backend backend =
      new ReferenceProvider().open(Device.CPU, new BackendOptions(1, Map.of()));

  @TestFactory
  Stream<DynamicTest> gradients() {
    FiniteDifferences differences = new FiniteDifferences(backend);
    return OpCases.all().stream()
        .filter(OpCase::differentiable)
        .map(c -> DynamicTest.dynamicTest("finite differences " + c, () -> differences.check(c)));
  }

  /**
   * The sum over parameters of gradient times a random direction is the slope of the loss along it.
   */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void languageModel(boolean recompute) {
    TinyTraining training =
        new TinyTraining(new TinyGpt(), TinyTraining.Optimizer.SGD, DType.F64, 4, 1, recompute);
    Program program = training.accumulate();
    Map<String, HostTensor> batch = training.model().batch(DType.F64, 4, 0);
    try (DeviceState state = backend.newState("s");
        Executable executable = backend.compile(program)) {
      Trial.allocate(state, program);
      double up = loss(training, state, executable, batch, Tolerances.STEP);
      double down = loss(training, state, executable, batch, -Tolerances.STEP);
      double expected = (up - down) / (2 * Tolerances.STEP);
      training.model().names().forEach(n -> clear(state, "grad/" + n));
      loss(training, state, executable, batch, 0);
      double actual = 0;
      for (String n : training.model().names()) {
        HostTensor grad = state.download("grad/" + n);
        HostTensor direction = direction(n, grad);
        for (long i = 0; i < grad.elements(); i++) {
          actual += grad.get(i) * direction.get(i);
        }
      }
      assertThat(actual).isCloseTo(expected, offset(1e-6 * Math.abs(expected)));
    }
  }

  private static HostTensor direction(String name, HostTensor like) {
    Dim all = new Dim("all", like.elements());
    return BackendContract.normal(TensorType.of(DType.F64, all), name.hashCode());
  }

  private static void clear(DeviceState state, String slot) {
    HostTensor old = state.download(slot);
    state.upload(slot, HostTensor.allocate(old.dtype(), old.sizes()));
  }

  private static double loss(
      TinyTraining training,
      DeviceState state,
      Executable executable,
      Map<String, HostTensor> batch,
      double step) {
    training
        .model()
        .start(DType.F64)
        .forEach(
            (n, t) -> {
              HostTensor direction = direction(n, t);
              for (long i = 0; i < t.elements(); i++) {
                t.set(i, t.get(i) + step * direction.get(i));
              }
              state.upload("param/" + n, t);
            });
    return Maps.get(Trial.host(executable.run(state, batch)), "loss").get(0);
  }

  @AfterAll
  void close() {
    backend.close();
  }
}
