package dev.fettle.backend.onnxruntime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fettle.ir.DType;
import dev.fettle.ir.Dim;
import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.ir.composite.FusedUpdate;
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
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What is left after something unexpected in the host's part of a program. */
class HostFailureTest {
  private static final TensorType TYPE = TensorType.of(DType.F32, new Dim("n", 1 << 20));

  /**
   * Adds the gradient; fails in any thread but the caller's, for which the caller waits.
   *
   * @param caller the thread that does not fail
   * @param failing whether it fails at all
   * @param failed opened by the one that does
   * @param late pieces the caller has done after that
   */
  private record Failing(
      Thread caller, AtomicBoolean failing, CountDownLatch failed, AtomicInteger late)
      implements FusedUpdate {
    @Override
    public String name() {
      return "Failing";
    }

    @Override
    public List<TensorType> infer(List<TensorType> in) {
      return List.of(in.get(0));
    }

    @Override
    public int tensors() {
      return 2;
    }

    @Override
    public int operandOf(int result) {
      return 0;
    }

    @Override
    public List<Value> decompose(GraphBuilder g, List<Value> in) {
      return List.of(g.add(in.get(0), in.get(1)));
    }

    @Override
    public BlockRule rule(float[] scalars) {
      return (blocks, n) -> {
        if (failing.get() && Thread.currentThread() != caller) {
          failed.countDown();
          throw new ArithmeticException("no such number");
        }
        await();
        for (int i = 0; i < n; i++) {
          blocks[0][i] += blocks[1][i];
        }
      };
    }

    private void await() {
      try {
        if (failing.get()) {
          failed.await();
          late.incrementAndGet();
        }
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private static Program program(FusedUpdate op) {
    ProgramBuilder b = new ProgramBuilder("apply");
    Value p = b.state(new Slot("p", TYPE), false);
    Value g = b.state(new Slot("g", TYPE), false);
    b.write("p", b.g().emit(op, List.of(p, g)).get(0));
    b.write("g", b.g().fill(0, TYPE));
    return b.build();
  }

  @Test
  void anExceptionInAWorkerLeavesNoHalfWrittenSlotUnmarked() {
    AtomicBoolean failing = new AtomicBoolean(true);
    AtomicInteger late = new AtomicInteger();
    Failing op = new Failing(Thread.currentThread(), failing, new CountDownLatch(1), late);
    try (Backend backend = new OrtProvider().open(Device.CPU, new BackendOptions(2, Map.of()));
        DeviceState state = backend.newState("s");
        Executable executable = backend.compile(program(op))) {
      HostTensor ones = HostTensor.allocate(TYPE);
      for (int i = 0; i < 1 << 20; i++) {
        ones.set(i, 1);
      }
      for (String name : List.of("p", "g", "other")) {
        state.allocate(new Slot(name, TYPE));
        state.upload(name, ones);
      }
      assertThatThrownBy(() -> executable.run(state, Map.of()))
          .isInstanceOf(DeviceFailureException.class)
          .hasMessageContaining("no such number")
          .hasMessageContaining("[g, p]");
      assertThat(late.get()).as("the caller finished its pieces first").isPositive();
      for (String half : List.of("p", "g")) {
        assertThatThrownBy(() -> state.download(half))
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("half written");
        assertThatThrownBy(() -> executable.run(state, Map.of()))
            .isInstanceOf(IllegalStateException.class);
      }
      assertThat(state.download("other").get(5)).isEqualTo(1);

      failing.set(false);
      state.upload("p", 0, ones.part(0, 1 << 19));
      assertThatThrownBy(() -> state.download("p")).isInstanceOf(IllegalStateException.class);
      state.upload("p", 1 << 19, ones.part(1 << 19, 1 << 19));
      state.upload("g", ones);
      executable.run(state, Map.of());
      assertThat(state.download("p").get((1 << 20) - 1)).isEqualTo(2);
      assertThat(state.download("g").get(0)).isZero();
    }
  }

  @Test
  void aSlotWrittenFromEndToEndIsWholeAgain() {
    AtomicBoolean failing = new AtomicBoolean(true);
    Failing op =
        new Failing(Thread.currentThread(), failing, new CountDownLatch(1), new AtomicInteger());
    ProgramBuilder b = new ProgramBuilder("clear");
    b.write("p", b.g().fill(3, TYPE));
    try (Backend backend = new OrtProvider().open(Device.CPU, new BackendOptions(2, Map.of()));
        DeviceState state = backend.newState("s");
        Executable executable = backend.compile(program(op));
        Executable clear = backend.compile(b.build())) {
      state.allocate(new Slot("p", TYPE));
      state.allocate(new Slot("g", TYPE));
      assertThatThrownBy(() -> executable.run(state, Map.of()))
          .isInstanceOf(DeviceFailureException.class);
      clear.run(state, Map.of());
      assertThat(state.download("p").get(7)).isEqualTo(3);
    }
  }
}
