package dev.fettle.backend.onnxruntime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.ModelProto;
import dev.fettle.ir.DType;
import dev.fettle.ir.Dim;
import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.ir.composite.AdamW;
import dev.fettle.ir.composite.CausalAttention;
import dev.fettle.ir.composite.FusedUpdate;
import dev.fettle.ir.composite.Segments;
import dev.fettle.ir.composite.Sgd;
import dev.fettle.ir.op.CompositeOp;
import dev.fettle.ir.op.Linalg.Precision;
import dev.fettle.program.Program;
import dev.fettle.program.ProgramBuilder;
import dev.fettle.program.Slot;
import dev.fettle.spi.Backend;
import dev.fettle.spi.BackendOptions;
import dev.fettle.spi.CompileOptions;
import dev.fettle.spi.Device;
import dev.fettle.spi.DeviceState;
import dev.fettle.spi.DeviceUnavailableException;
import dev.fettle.spi.Executable;
import dev.fettle.spi.HostTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is this backend's own: the host's part of programs, dumps, devices, checked inputs. */
class OrtBackendTest {
  /** More than one piece of work, and not a whole number of blocks. */
  private static final Dim N = new Dim("n", (1 << 18) + 1234);

  private static Backend open(int threads) {
    return new OrtProvider().open(Device.CPU, new BackendOptions(threads, Map.of()));
  }

  private static Program update(CompositeOp op, List<String> slots, int scalars) {
    ProgramBuilder b = new ProgramBuilder("apply");
    List<Value> in = new ArrayList<>();
    slots.forEach(s -> in.add(b.state(new Slot(s, TensorType.of(DType.F32, N)), false)));
    for (int i = 0; i < scalars; i++) {
      in.add(b.input("s" + i, TensorType.scalar(DType.F32)));
    }
    List<Value> out = b.g().emit(op, in);
    b.write("p", out.get(0));
    for (int i = 1; i < out.size(); i++) {
      b.write(slots.get(i + 1), out.get(i));
    }
    return b.build();
  }

  private static Map<String, float[]> run(Program program, int threads, CompileOptions options) {
    Map<String, float[]> after = new LinkedHashMap<>();
    try (Backend backend = open(threads);
        DeviceState state = backend.newState("s");
        Executable executable = backend.compile(program, options)) {
      Random random = new Random(3);
      program
          .stateIn()
          .forEach(
              (name, v) -> {
                state.allocate(new Slot(name, v.type()));
                HostTensor t = HostTensor.allocate(v.type());
                for (long i = 0; i < t.elements(); i++) {
                  t.set(i, name.equals("v") ? random.nextDouble() : random.nextGaussian());
                }
                state.upload(name, t);
              });
      Map<String, HostTensor> scalars = new LinkedHashMap<>();
      program
          .inputs()
          .keySet()
          .forEach(n -> scalars.put(n, HostTensor.scalar(DType.F32, 0.1 + 0.2 * n.charAt(1) % 1)));
      executable.run(state, scalars).values().forEach(t -> t.close());
      program.stateOut().keySet().forEach(s -> after.put(s, state.download(s).toFloats()));
    }
    return after;
  }

  private static void agrees(Program program) {
    Map<String, float[]> one = run(program, 1, CompileOptions.DEFAULT);
    Map<String, float[]> four = run(program, 4, CompileOptions.DEFAULT);
    Map<String, float[]> expanded = run(program, 2, CompileOptions.EXPANDED);
    one.forEach(
        (slot, values) -> {
          assertThat(four.get(slot)).as(slot).isEqualTo(values);
          float[] expected = expanded.getOrDefault(slot, new float[0]);
          for (int i = 0; i < values.length; i++) {
            float slack = 2e-6f * Math.max(1, Math.abs(expected[i]));
            assertThat(Math.abs(values[i] - expected[i])).as(slot).isLessThanOrEqualTo(slack);
          }
        });
  }

  @Test
  void adamWOnTheHostIsItsDecompositionForAnyNumberOfThreads() {
    agrees(update(new AdamW(0.9, 0.999, 1e-8, 0.01), List.of("p", "g", "m", "v"), 4));
  }

  @Test
  void sgdOnTheHostIsItsDecompositionForAnyNumberOfThreads() {
    agrees(update(new Sgd(0.9, 0.01), List.of("p", "g", "u"), 2));
    agrees(update(new Sgd(0, 0.01), List.of("p", "g"), 2));
  }

  /** An optimizer this backend has never heard of: {@code p' = p - rate sign(g)}. */
  private record SignStep() implements FusedUpdate {
    @Override
    public String name() {
      return "SignStep";
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
      Value rate = g.broadcast(in.get(2), in.get(0).shape(), List.of());
      Value down = g.less(in.get(1), g.fill(0, in.get(1).type()));
      return List.of(g.add(in.get(0), g.select(down, rate, g.neg(rate))));
    }

    @Override
    public BlockRule rule(float[] scalars) {
      return (blocks, n) -> {
        for (int i = 0; i < n; i++) {
          blocks[0][i] += blocks[1][i] < 0 ? scalars[0] : -scalars[0];
        }
      };
    }
  }

  @Test
  void anApplicationsOwnUpdateRunsOnTheHostToo() {
    Program program = update(new SignStep(), List.of("p", "g"), 1);
    agrees(program);
    try (Backend backend = open(1);
        Executable executable = backend.compile(program)) {
      assertThat(executable.stats().notes()).anyMatch(n -> n.contains("optimizer updates x1"));
    }
  }

  @Test
  void anUpdateOnTheHostNeedsNoSession() {
    Program program = update(new AdamW(0.9, 0.999, 1e-8, 0), List.of("p", "g", "m", "v"), 4);
    try (Backend backend = open(1);
        Executable executable = backend.compile(program)) {
      assertThat(executable.stats().notes()).anyMatch(n -> n.contains("optimizer updates x1"));
      assertThat(executable.stats().aliasedSlots()).isEqualTo(3);
    }
  }

  @Test
  void rowsAddedOnTheHostCountEveryRepetition() {
    Dim vocab = new Dim("vocab", 5);
    Dim embed = new Dim("embed", 3);
    Dim tokens = new Dim("tokens", 4);
    ProgramBuilder b = new ProgramBuilder("gradient");
    Value ids = b.input("ids", TensorType.of(DType.I32, tokens));
    Value base = b.g().abs(b.input("base", TensorType.of(DType.F32, vocab, embed)));
    Value rows = b.g().neg(b.input("rows", TensorType.of(DType.F32, tokens, embed)));
    b.write("grad", b.g().scatterAdd(base, ids, rows));
    try (Backend backend = open(2);
        DeviceState state = backend.newState("s");
        Executable executable = backend.compile(b.build())) {
      state.allocate(new Slot("grad", TensorType.of(DType.F32, vocab, embed)));
      HostTensor ones = HostTensor.allocate(DType.F32, 4, 3);
      for (int i = 0; i < 12; i++) {
        ones.set(i, -1);
      }
      HostTensor indices = HostTensor.ofInts(new int[] {2, 0, 2, 2}, 4);
      HostTensor zeros = HostTensor.allocate(DType.F32, 5, 3);
      executable.run(state, Map.of("ids", indices, "base", zeros, "rows", ones));
      assertThat(state.download("grad").toFloats())
          .containsExactly(1, 1, 1, 0, 0, 0, 3, 3, 3, 0, 0, 0, 0, 0, 0);
      HostTensor outside = HostTensor.ofInts(new int[] {2, 0, 5, 2}, 4);
      assertThatIllegalArgumentException()
          .isThrownBy(
              () -> executable.run(state, Map.of("ids", outside, "base", zeros, "rows", ones)))
          .withMessageContaining("holds the index 5 at 2");
      assertThat(state.download("grad").toFloats()[6]).isEqualTo(3);
    }
  }

  @Test
  void dumpsTheTextAndTheModel(@TempDir Path directory) throws IOException {
    ProgramBuilder b = new ProgramBuilder("double it");
    Value x = b.input("x", TensorType.of(DType.F32, new Dim("n", 2)));
    b.output("y", b.g().add(x, x));
    try (Backend backend = open(1)) {
      backend.compile(b.build(), CompileOptions.DEFAULT.dumpingTo(directory)).close();
    }
    assertThat(Files.readString(directory.resolve("double_it.txt"))).contains("program double it");
    ModelProto model =
        ModelProto.parseFrom(Files.readAllBytes(directory.resolve("double_it.onnx")));
    assertThat(model.getIrVersion()).isLessThanOrEqualTo(10);
    assertThat(model.getGraph().getInput(0).getName()).isEqualTo("x");
  }

  @Test
  void aGpuNeedsTheOtherJar() {
    assertThatThrownBy(() -> new OrtProvider().open(Device.parse("gpu:0"), BackendOptions.DEFAULT))
        .isInstanceOf(DeviceUnavailableException.class)
        .hasMessageContaining("add com.microsoft.onnxruntime:onnxruntime_gpu:1.")
        .hasMessageContaining(
            "exclude com.microsoft.onnxruntime:onnxruntime from"
                + " dev.fettle:fettle-backend-onnxruntime")
        .hasMessageContaining("-Pgpu");
    assertThat(new OrtProvider().probe().available()).isTrue();
  }

  @Test
  void unknownOptionsAreErrors() {
    BackendOptions options = new BackendOptions(1, Map.of("treads", "2"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new OrtProvider().open(Device.CPU, options))
        .withMessageContaining("treads");
  }

  /** Results of the model have other names than the tensors an inner graph was written against. */
  @Test
  void whatAnInnerGraphReadsMayBeAResultToo() {
    HostTensor alone = attended(false);
    assertThat(attended(true).bytes()).isEqualTo(alone.bytes());
    assertThat(alone.get(0)).isNotZero();
  }

  private static HostTensor attended(boolean both) {
    Dim seq = new Dim("seq", 5);
    Dim batch = new Dim("batch", 1);
    TensorType type =
        TensorType.of(DType.F32, batch, new Dim("heads", 1), seq, new Dim("headDim", 2));
    ProgramBuilder b = new ProgramBuilder("inner");
    Value x = b.g().exp(b.input("x", type));
    Value segments = b.input("segments", TensorType.of(DType.I32, batch, seq));
    Segments rule = new Segments(OptionalInt.empty());
    CausalAttention op = new CausalAttention(0.5, Precision.FULL, 2, rule);
    b.output("y", CausalAttention.of(b.g(), op, x, x, x, List.of(segments)));
    if (both) {
      b.output("x", x);
    }
    try (Backend backend = open(1);
        DeviceState state = backend.newState("s");
        Executable run = backend.compile(b.build())) {
      HostTensor given = HostTensor.allocate(type);
      for (int i = 0; i < given.elements(); i++) {
        given.set(i, Math.sin(i));
      }
      HostTensor zeros = HostTensor.ofInts(new int[5], 1, 5);
      return Objects.requireNonNull(run.run(state, Map.of("x", given, "segments", zeros)).get("y"))
          .toHost();
    }
  }
}
