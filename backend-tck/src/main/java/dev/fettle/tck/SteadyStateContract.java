package dev.fettle.tck;

import static dev.fettle.ir.Dim.dim;

import dev.fettle.ir.DType;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.ir.composite.Linear;
import dev.fettle.ir.composite.Sgd;
import dev.fettle.ir.op.Linalg.Precision;
import dev.fettle.program.Program;
import dev.fettle.program.ProgramBuilder;
import dev.fettle.program.Slot;
import dev.fettle.spi.Backend;
import dev.fettle.spi.CompileOptions;
import dev.fettle.spi.DeviceState;
import dev.fettle.spi.Executable;
import dev.fettle.spi.HostTensor;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Rules Y-1 to Y-6: a program compiled for steady state gives what any other would, however its
 * state changes. Every step runs it often enough for a backend to have made itself comfortable.
 */
public abstract class SteadyStateContract extends BackendContract {
  private static final int OFTEN = 8;
  private static final TensorType X = TensorType.of(DType.F32, dim("rows", 4), dim("in", 24));
  private static final TensorType W = TensorType.of(DType.F32, dim("in", 24), dim("in", 24));
  private static final TensorType HEAD = TensorType.of(DType.F32, dim("vocab", 40), dim("in", 24));
  private static final TensorType BIAS = TensorType.of(DType.F32, dim("in", 24));

  private @Nullable Trained trained;
  private @Nullable Executable compiled;

  /** For subclasses. */
  protected SteadyStateContract() {}

  /** Reads weights in every way a model does, and writes a cache of its own. */
  private static Program program(String name) {
    ProgramBuilder b = new ProgramBuilder(name);
    Value x = b.input("x", X);
    Value w = b.state(new Slot("w", W), false);
    Value head = b.state(new Slot("head", HEAD), false);
    Value bias = b.state(new Slot("bias", BIAS), false);
    Linear dense = new Linear(false, Precision.FULL);
    Value hidden = b.g().tanh(Linear.of(b.g(), dense, x, w, bias));
    Value cache = b.g().add(b.state(new Slot("cache", X), false), hidden);
    b.write("cache", cache);
    b.output("logits", b.g().matmul(cache, head, false, true, Precision.FULL));
    b.output("first", b.g().sliceAxis(head, 0, 0, dim("one", 1)));
    return b.build();
  }

  /** Trains w in place, and the head by putting new contents in its place. */
  private static Program update() {
    ProgramBuilder b = new ProgramBuilder("update");
    Value w = b.state(new Slot("w", W), false);
    Value rate = b.g().constant(DType.F32, 0.5);
    Value one = b.g().constant(DType.F32, 1);
    b.write("w", b.g().emit(new Sgd(0, 0), List.of(w, b.g().tanh(w), rate, one)).get(0));
    Value head = b.state(new Slot("head", HEAD), false);
    Value moved = b.g().concat(List.of(part(b, head, 10, 30), part(b, head, 0, 10)), 0);
    b.write("head", b.g().reshape(moved, HEAD.shape()));
    return b.build();
  }

  private static Value part(ProgramBuilder b, Value x, long start, long size) {
    return b.g().sliceAxis(x, 0, start, dim("vocab", size));
  }

  /** One state on the backend under test and its twin on the reference. */
  private static final class Trained implements AutoCloseable {
    private final DeviceState actual;
    private final DeviceState expected;
    private final Executable oracle;

    Trained(Backend backend, Backend reference, long seed) {
      this.actual = backend.newState("policy" + seed);
      this.expected = reference.newState("policy" + seed);
      this.oracle = reference.compile(program("oracle"));
      Trial.allocate(actual, oracle.program());
      Trial.allocate(expected, oracle.program());
      upload("w", normal(W, seed));
      upload("head", normal(HEAD, seed + 1));
      upload("bias", normal(BIAS, seed + 2));
    }

    void upload(String slot, HostTensor tensor) {
      actual.upload(slot, tensor);
      expected.upload(slot, tensor);
    }

    void uploadPart(String slot, long from, HostTensor part) {
      actual.upload(slot, from, part);
      expected.upload(slot, from, part);
    }

    void replace(String slot, TensorType type, HostTensor tensor) {
      for (DeviceState state : List.of(actual, expected)) {
        state.release(slot);
        state.allocate(new Slot(slot, type));
      }
      upload(slot, tensor);
    }

    void agrees(Executable program, int times) {
      for (int i = 0; i < times; i++) {
        Map<String, HostTensor> inputs = Map.of("x", normal(X, i));
        Tensors.assertClose(
            program.program().name() + ", run " + i,
            Trial.host(program.run(actual, inputs)),
            Trial.host(oracle.run(expected, inputs)),
            Tolerances.forward(DType.F32));
      }
    }

    @Override
    public void close() {
      actual.close();
      expected.close();
      oracle.close();
    }
  }

  @BeforeEach
  final void compile() {
    trained = new Trained(backend(), reference(), 1);
    compiled = steady("steady");
    trained.agrees(compiled, OFTEN);
  }

  @AfterEach
  final void closeAll() {
    steady().close();
    first().close();
  }

  private Trained first() {
    return Objects.requireNonNull(trained);
  }

  private Executable steady() {
    return Objects.requireNonNull(compiled);
  }

  private Executable steady(String name) {
    return backend().compile(program(name), CompileOptions.DEFAULT.overSteadyState());
  }

  @Test
  @DisplayName("Y-1 an upload is noticed")
  void uploads() {
    for (int i = 0; i < 3; i++) {
      first().upload("w", normal(W, 10 + i));
      first().agrees(steady(), OFTEN);
      first().upload("head", normal(HEAD, 20 + i));
      first().agrees(steady(), 1);
      first().upload("bias", normal(BIAS, 30 + i));
      first().agrees(steady(), OFTEN);
      first().uploadPart("w", 40, normal(BIAS, 40 + i));
      first().agrees(steady(), OFTEN);
    }
  }

  @Test
  @DisplayName("Y-2 what another program writes is noticed, in place or not")
  void updates() {
    try (Executable train = backend().compile(update());
        Executable oracle = reference().compile(update())) {
      for (int i = 0; i < 3; i++) {
        train.run(first().actual, Map.of());
        oracle.run(first().expected, Map.of());
        first().agrees(steady(), i == 1 ? 1 : OFTEN);
      }
    }
  }

  @Test
  @DisplayName("Y-3 one program serves several states in turn")
  void states() {
    try (Trained second = new Trained(backend(), reference(), 5);
        Trained third = new Trained(backend(), reference(), 9)) {
      for (int i = 0; i < OFTEN; i++) {
        first().agrees(steady(), 1);
        second.agrees(steady(), 1);
      }
      third.agrees(steady(), OFTEN);
      second.agrees(steady(), OFTEN);
      first().agrees(steady(), OFTEN);
      second.upload("w", normal(W, 77));
      first().agrees(steady(), 1);
      second.agrees(steady(), OFTEN);
    }
  }

  @Test
  @DisplayName("Y-4 a slot made anew is another one")
  void slots() {
    first().replace("w", W, normal(W, 50));
    first().agrees(steady(), OFTEN);
    first().replace("head", HEAD, normal(HEAD, 51));
    first().agrees(steady(), OFTEN);
  }

  @Test
  @DisplayName("Y-5 so is a state opened after another was closed")
  void closedStates() {
    first().close();
    trained = new Trained(backend(), reference(), 60);
    first().agrees(steady(), OFTEN);
  }

  @Test
  @DisplayName("Y-6 several such programs share a state")
  void programs() {
    try (Executable other = steady("other")) {
      for (int i = 0; i < 3; i++) {
        first().agrees(other, OFTEN);
        first().agrees(steady(), OFTEN);
        first().agrees(other, 1);
        first().upload("w", normal(W, 90 + i));
      }
    }
    first().agrees(steady(), OFTEN);
  }
}
