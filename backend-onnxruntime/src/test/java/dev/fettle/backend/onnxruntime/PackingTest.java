package dev.fettle.backend.onnxruntime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import dev.fettle.backend.onnxruntime.lower.Kernels;
import dev.fettle.backend.onnxruntime.lower.ProgramLowering;
import dev.fettle.backend.onnxruntime.lower.SteadyWeights;
import dev.fettle.backend.onnxruntime.lower.Target;
import dev.fettle.ir.DType;
import dev.fettle.ir.Dim;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.program.Passes;
import dev.fettle.program.Program;
import dev.fettle.program.ProgramBuilder;
import dev.fettle.program.Slot;
import dev.fettle.spi.Backend;
import dev.fettle.spi.BackendOptions;
import dev.fettle.spi.CompileOptions;
import dev.fettle.spi.Device;
import dev.fettle.spi.DeviceState;
import dev.fettle.spi.Executable;
import dev.fettle.spi.HostTensor;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When weights are packed, and when the copies go; that results are right, the kit checks. */
class PackingTest {
  private static final TensorType W =
      TensorType.of(DType.F32, new Dim("in", 16), new Dim("out", 16));
  private static final TensorType X = TensorType.of(DType.F32, new Dim("n", 2), new Dim("in", 16));

  private final Backend backend =
      new OrtProvider().open(Device.CPU, new BackendOptions(1, Map.of("packedFrom", "0")));
  private final DeviceState state = backend.newState("policy");

  @BeforeEach
  void open() {
    state.allocate(new Slot("w", W));
    state.allocate(new Slot("scale", X));
  }

  @AfterEach
  void close() {
    backend.close();
  }

  private static Program program(String name) {
    ProgramBuilder b = new ProgramBuilder(name);
    Value x = b.g().mul(b.input("x", X), b.state(new Slot("scale", X), false));
    b.output("y", b.g().matmul(x, b.state(new Slot("w", W), false)));
    return b.build();
  }

  private Executable steady(String name) {
    return backend.compile(program(name), CompileOptions.DEFAULT.overSteadyState());
  }

  private static void run(Executable program, DeviceState state, int times) {
    for (int i = 0; i < times; i++) {
      program.run(state, Map.of("x", HostTensor.allocate(X)));
    }
  }

  private static boolean isPacked(Executable program) {
    return program.stats().notes().contains("weights kept packed by the runtime: x1");
  }

  @Test
  void smallWeightsAreNotWorthASessionOfTheirOwn() {
    try (Backend usual = new OrtProvider().open(Device.CPU, new BackendOptions(1, Map.of()));
        DeviceState own = usual.newState("small")) {
      own.allocate(new Slot("w", W));
      own.allocate(new Slot("scale", X));
      Executable steady = usual.compile(program("small"), CompileOptions.DEFAULT.overSteadyState());
      run(steady, own, 2 * ProgramSessions.PATIENCE);
      assertThat(isPacked(steady)).isFalse();
    }
  }

  @Test
  void anotherNumberIsRefused() {
    BackendOptions options = new BackendOptions(1, Map.of("packedFrom", "16MiB"));
    assertThatThrownBy(() -> new OrtProvider().open(Device.CPU, options))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("packedFrom is a number of bytes, not 16MiB");
  }

  @Test
  void weightsArePackedOnceAFewRunsHaveReadTheSame() {
    Executable program = steady("decode");
    run(program, state, ProgramSessions.PATIENCE);
    assertThat(isPacked(program)).isFalse();
    run(program, state, 1);
    assertThat(isPacked(program)).isTrue();
    state.upload("scale", HostTensor.allocate(X));
    assertThat(isPacked(program)).as("nothing of it is packed").isTrue();
    state.upload("w", HostTensor.allocate(W));
    assertThat(isPacked(program)).as("freed at once").isFalse();
    run(program, state, ProgramSessions.PATIENCE + 1);
    assertThat(isPacked(program)).isTrue();
    state.release("w");
    assertThat(isPacked(program)).isFalse();
  }

  @Test
  void withoutTheHintNothingIsPacked() {
    Executable program = backend.compile(program("decode"), CompileOptions.DEFAULT);
    run(program, state, 3 * ProgramSessions.PATIENCE);
    assertThat(isPacked(program)).isFalse();
  }

  @Test
  void aProgramThatServesStatesInTurnKeepsOneOfThem() {
    Executable program = steady("decode");
    try (DeviceState other = backend.newState("reference")) {
      other.allocate(new Slot("w", W));
      other.allocate(new Slot("scale", X));
      for (int i = 0; i < 3 * ProgramSessions.PATIENCE; i++) {
        run(program, state, 1);
        run(program, other, 1);
        assertThat(isPacked(program)).isFalse();
      }
      run(program, other, ProgramSessions.PATIENCE + 1);
      assertThat(isPacked(program)).isTrue();
      run(program, state, ProgramSessions.PATIENCE - 1);
      assertThat(isPacked(program)).isTrue();
    }
    assertThat(isPacked(program)).as("its state is closed").isFalse();
  }

  @Test
  void onlyOneProgramKeepsCopies() {
    Executable first = steady("first");
    Executable second = steady("second");
    run(first, state, ProgramSessions.PATIENCE + 1);
    run(second, state, ProgramSessions.PATIENCE);
    assertThat(isPacked(first)).isTrue();
    run(second, state, 1);
    assertThat(isPacked(first)).isFalse();
    assertThat(isPacked(second)).isTrue();
    second.close();
    run(first, state, ProgramSessions.PATIENCE + 1);
    assertThat(isPacked(first)).isTrue();
  }

  @Test
  void theRightHandSidesOfProductsBecomeConstants() {
    ModelProto model =
        ProgramLowering.lower(
                "onnxruntime",
                Passes.prepare(program("decode"), new Kernels(Target.CPU), false).program(),
                Target.CPU)
            .model();
    Set<String> weights = SteadyWeights.among(model, Set.of("w", "scale"));
    assertThat(weights).containsExactly("w");
    ModelProto constant = SteadyWeights.asConstants(model, weights);
    assertThat(constant.getGraph().getInputList().stream().map(i -> i.getName()))
        .containsExactlyInAnyOrder("x", "scale");
    TensorProto w = constant.getGraph().getInitializer(0);
    assertThat(w.getName()).isEqualTo("w");
    assertThat(w.getDimsList()).containsExactly(16L, 16L);
    assertThat(w.getDataLocation()).isEqualTo(TensorProto.DataLocation.EXTERNAL);
  }
}
