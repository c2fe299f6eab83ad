package dev.fettle.backend.onnxruntime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.onnx.proto.OnnxMl.NodeProto;
import dev.fettle.backend.onnxruntime.lower.Kernels;
import dev.fettle.backend.onnxruntime.lower.ProgramLowering;
import dev.fettle.backend.onnxruntime.lower.Target;
import dev.fettle.ir.DType;
import dev.fettle.ir.Dim;
import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.ir.composite.Attention;
import dev.fettle.ir.op.Linalg.Precision;
import dev.fettle.program.Passes;
import dev.fettle.program.Program;
import dev.fettle.program.ProgramBuilder;
import dev.fettle.spi.Backend;
import dev.fettle.spi.BackendOptions;
import dev.fettle.spi.BackendProvider;
import dev.fettle.spi.CompileOptions;
import dev.fettle.spi.Device;
import dev.fettle.spi.DeviceState;
import dev.fettle.spi.Executable;
import dev.fettle.spi.HostTensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Attention without gradient as a GPU is given it: one node, and the numbers of many. */
class WholeAttentionTest {
  private static final Dim BATCH = new Dim("batch", 2);
  private static final Dim HEAD = new Dim("headDim", 8);
  private static final double SCALE = 0.3;

  /**
   * Attention of a test.
   *
   * @param queries and keys of a row
   * @param heads of queries and of keys
   * @param turned whether heads come side by side, as from a layer
   * @param precision asked for
   */
  private record Case(
      int queries, int keys, int heads, int kvHeads, boolean turned, Precision precision) {

    Program program() {
      ProgramBuilder b = new ProgramBuilder("attention");
      GraphBuilder g = b.g();
      Value q = heads(b, "q", new Dim("query", queries), new Dim("heads", heads));
      Value k = heads(b, "k", new Dim("key", keys), new Dim("kvHeads", kvHeads));
      Value v = heads(b, "v", new Dim("key", keys), new Dim("kvHeads", kvHeads));
      Value bias =
          b.input("bias", TensorType.of(DType.F32, BATCH, q.shape().dim(2), k.shape().dim(2)));
      Value y = Attention.of(g, new Attention(SCALE, precision), q, k, v, bias);
      b.output("y", turned ? g.transpose(y, List.of(0, 2, 1, 3)) : y);
      return b.build();
    }

    private Value heads(ProgramBuilder b, String name, Dim tokens, Dim heads) {
      if (!turned) {
        return b.input(name, TensorType.of(DType.F32, BATCH, heads, tokens, HEAD));
      }
      Dim width = new Dim("width", heads.size() * HEAD.size());
      Value rows = b.input(name, TensorType.of(DType.F32, BATCH, tokens, width));
      Value apart = b.g().reshape(rows, BATCH, tokens, heads, HEAD);
      return b.g().transpose(apart, List.of(0, 2, 1, 3));
    }

    List<String> ops() {
      Program prepared = Passes.prepare(program(), new Kernels(Target.CUDA), false).program();
      return ProgramLowering.lower("onnxruntime", prepared, Target.CUDA)
          .model()
          .getGraph()
          .getNodeList()
          .stream()
          .map(NodeProto::getOpType)
          .filter(op -> !op.equals("Reshape"))
          .toList();
    }

    HostTensor on(BackendProvider provider) {
      Program program = program();
      Map<String, HostTensor> in = new LinkedHashMap<>();
      SplittableRandom random = new SplittableRandom(7);
      program.inputs().forEach((name, v) -> in.put(name, noise(v.type(), random)));
      HostTensor bias = Objects.requireNonNull(in.get("bias"));
      for (int i = 0; i < bias.elements(); i++) {
        int query = i / keys % queries;
        int key = i % keys;
        // Causal, within reach, and the second row's first keys are padding.
        boolean hidden = key > query + keys - queries || key < query - 20;
        boolean padding = i >= bias.elements() / 2 && key < 3 && key != query;
        bias.set(i, hidden || padding ? Attention.MASKED : 0);
      }
      try (Backend backend = provider.open(Device.CPU, new BackendOptions(2, Map.of()));
          DeviceState state = backend.newState("s");
          Executable executable = backend.compile(program, CompileOptions.DEFAULT)) {
        return Objects.requireNonNull(executable.run(state, in).get("y")).toHost();
      }
    }

    private static HostTensor noise(TensorType type, SplittableRandom random) {
      HostTensor t = HostTensor.allocate(type);
      for (int i = 0; i < t.elements(); i++) {
        t.set(i, random.nextDouble(-2, 2));
      }
      return t;
    }

    void agrees() {
      HostTensor expected = on(new OrtProvider());
      HostTensor actual = on(new FlatProvider());
      for (int i = 0; i < expected.elements(); i++) {
        assertThat(actual.get(i)).as("at %d", i).isCloseTo(expected.get(i), within(2e-6));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"40, 4, 4", "40, 4, 2", "33, 3, 1"})
  void ofWholeRowsIsOneNodeAndNothingIsTurned(int tokens, int heads, int kvHeads) {
    Case c = new Case(tokens, tokens, heads, kvHeads, true, Precision.FULL);
    assertThat(c.ops()).containsExactly("Attention");
    c.agrees();
  }

  @ParameterizedTest
  @CsvSource({"4, 4", "4, 2"})
  void ofHeadsThatAreTurnedAlreadyIsOneNode(int heads, int kvHeads) {
    Case c = new Case(40, 40, heads, kvHeads, false, Precision.FULL);
    assertThat(c.ops()).containsExactly("Attention");
    c.agrees();
  }

  @ParameterizedTest
  @CsvSource({"1, 48", "3, 48"})
  void behindACacheIsWhatItWas(int queries, int keys) {
    Case c = new Case(queries, keys, 4, 2, false, Precision.FULL);
    assertThat(c.ops()).doesNotContain("Attention").contains("Softmax");
    c.agrees();
  }

  /** One token's axes are turned without a copy. */
  @ParameterizedTest
  @CsvSource({"48"})
  void ofOneTokenTurnsNothing(int keys) {
    Case c = new Case(1, keys, 4, 4, true, Precision.FULL);
    assertThat(c.ops().stream().filter("Transpose"::equals)).hasSize(2);
    c.agrees();
  }

  /** Its kernel has no products of operands rounded to BF16. */
  @ParameterizedTest
  @CsvSource({"40"})
  void inBf16IsWhatItWas(int tokens) {
    assertThat(new Case(tokens, tokens, 4, 4, true, Precision.BF16).ops())
        .doesNotContain("Attention");
  }
}
