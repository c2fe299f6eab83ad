package dev.fettle.tck;

import dev.fettle.program.Program;
import dev.fettle.spi.Backend;
import dev.fettle.spi.Capabilities;
import dev.fettle.spi.CompileOptions;
import dev.fettle.spi.Device;
import dev.fettle.spi.DeviceState;
import dev.fettle.spi.DeviceTensor;
import dev.fettle.spi.Executable;
import dev.fettle.spi.ExecutableStats;
import dev.fettle.spi.HostTensor;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.assertj.core.api.Assertions;

/**
 * Watches any backend: that a run gives exactly the program's outputs, of their types, that it
 * leaves its inputs alone, and that it counts. Everything else passes through, errors too.
 *
 * <p>Results are matched by sizes and element type; the names of axes are not kept on the way.
 */
public final class AssertingBackend implements Backend {
  private final Backend inner;

  /** Watches a backend, and closes it in the end. */
  public AssertingBackend(Backend inner) {
    this.inner = inner;
  }

  @Override
  public String id() {
    return inner.id();
  }

  @Override
  public Device device() {
    return inner.device();
  }

  @Override
  public Capabilities capabilities() {
    return inner.capabilities();
  }

  @Override
  public DeviceState newState(String name) {
    return inner.newState(name);
  }

  @Override
  public Executable compile(Program program, CompileOptions options) {
    return new Watched(inner.compile(program, options));
  }

  @Override
  public void close() {
    inner.close();
  }

  private static final class Watched implements Executable {
    private final Executable inner;

    Watched(Executable inner) {
      this.inner = inner;
    }

    @Override
    public Program program() {
      return inner.program();
    }

    @Override
    public ExecutableStats stats() {
      return inner.stats();
    }

    @Override
    public Map<String, DeviceTensor> run(DeviceState state, Map<String, HostTensor> inputs) {
      Map<String, Integer> before = new HashMap<>();
      inputs.forEach((name, t) -> before.put(name, t.bytes().hashCode()));
      long runs = inner.stats().runs();
      Map<String, DeviceTensor> results = inner.run(state, inputs);
      inputs.forEach(
          (name, t) ->
              Assertions.assertThat(t.bytes().hashCode())
                  .as("E-4: the run changed its input %s", name)
                  .isEqualTo(Maps.get(before, name)));
      Assertions.assertThat(results.keySet())
          .as("E-2: the outputs of %s", program().name())
          .containsExactlyInAnyOrderElementsOf(program().outputs().keySet());
      program()
          .outputs()
          .forEach(
              (name, v) ->
                  Assertions.assertThat(matches(Maps.get(results, name), v.type()))
                      .as("E-2: output %s must be %s", name, v.type())
                      .isTrue());
      Assertions.assertThat(inner.stats().runs()).as("E-7: runs counted").isEqualTo(runs + 1);
      return new LinkedHashMap<>(results);
    }

    private static boolean matches(DeviceTensor result, dev.fettle.ir.TensorType type) {
      return result.type().dtype() == type.dtype() && result.type().shape().sameSizes(type.shape());
    }

    @Override
    public void close() {
      inner.close();
    }
  }
}
