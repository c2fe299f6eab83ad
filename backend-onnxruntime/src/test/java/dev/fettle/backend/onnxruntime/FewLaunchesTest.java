package dev.fettle.backend.onnxruntime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.onnx.proto.OnnxMl.NodeProto;
import dev.fettle.autodiff.Gradients;
import dev.fettle.backend.onnxruntime.lower.Kernels;
import dev.fettle.backend.onnxruntime.lower.ProgramLowering;
import dev.fettle.backend.onnxruntime.lower.Target;
import dev.fettle.ir.DType;
import dev.fettle.ir.Dim;
import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.ir.composite.Attention;
import dev.fettle.ir.composite.Gelu;
import dev.fettle.ir.composite.LayerNorm;
import dev.fettle.ir.composite.Linear;
import dev.fettle.ir.composite.Split;
import dev.fettle.ir.op.Linalg.Precision;
import dev.fettle.program.Passes;
import dev.fettle.program.Program;
import dev.fettle.program.ProgramBuilder;
import dev.fettle.program.Slot;
import dev.fettle.spi.Backend;
import dev.fettle.spi.BackendOptions;
import dev.fettle.spi.BackendProvider;
import dev.fettle.spi.CompileOptions;
import dev.fettle.spi.Device;
import dev.fettle.spi.DeviceState;
import dev.fettle.spi.DeviceTensor;
import dev.fettle.spi.Executable;
import dev.fettle.spi.HostTensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What a GPU is given for blocks of GPT-2: few nodes, and the numbers that many would give. */
class FewLaunchesTest {
  private static final Dim BATCH = new Dim("batch", 2);
  private static final Dim SEQ = new Dim("seq", 64);
  private static final Dim ROWS = new Dim("rows", 128);
  private static final Dim WIDTH = new Dim("width", 24);
  private static final Dim HEADS = new Dim("heads", 3);
  private static final Dim HEAD = new Dim("headDim", 8);
  private static final Dim MLP = new Dim("mlp", 48);
  private static final Dim VOCAB = new Dim("vocab", 7);
  private static final TensorType IDS = TensorType.of(DType.I32, ROWS);
  private static final int LAYERS = 3;
  private static final double CLOSE = 2e-5;

  private final Map<String, TensorType> parameters = new LinkedHashMap<>();

  private Value parameter(ProgramBuilder b, String name, Dim... dims) {
    TensorType type = TensorType.of(DType.F32, dims);
    parameters.put(name, type);
    return b.state(new Slot(name, type), true);
  }

  private Value norm(ProgramBuilder b, String name, Value x) {
    Value gamma = parameter(b, name + ".gamma", WIDTH);
    return LayerNorm.of(b.g(), x, gamma, parameter(b, name + ".beta", WIDTH), 1e-5);
  }

  private Value linear(ProgramBuilder b, String name, Value x, Dim in, Dim out) {
    Linear op = new Linear(false, Precision.FULL);
    Value w = parameter(b, name, in, out);
    return Linear.of(b.g(), op, x, w, parameter(b, name + ".bias", out));
  }

  private static Value heads(GraphBuilder g, Value x) {
    return g.transpose(g.reshape(x, BATCH, SEQ, HEADS, HEAD), List.of(0, 2, 1, 3));
  }

  private Value block(ProgramBuilder b, int layer, Value x) {
    GraphBuilder g = b.g();
    Value n = norm(b, layer + ".n1", x);
    Value qkv = linear(b, layer + ".qkv", n, WIDTH, new Dim("qkv", 3 * WIDTH.size()));
    List<Value> parts = Split.of(g, qkv, -1, List.of(WIDTH, WIDTH, WIDTH));
    Value q = g.reshape(heads(g, parts.get(0)), BATCH, HEADS, new Dim("query", 64), HEAD);
    Value k = g.reshape(heads(g, parts.get(1)), BATCH, HEADS, new Dim("key", 64), HEAD);
    Value v = g.reshape(heads(g, parts.get(2)), BATCH, HEADS, new Dim("key", 64), HEAD);
    Value bias = g.fill(0, TensorType.of(DType.F32, BATCH, new Dim("query", 64), k.shape().dim(2)));
    Value mixed = Attention.of(g, new Attention(0.4, Precision.FULL), q, k, v, bias);
    Value rows = g.reshape(g.transpose(mixed, List.of(0, 2, 1, 3)), ROWS, WIDTH);
    Value y = g.add(x, linear(b, layer + ".out", rows, WIDTH, WIDTH));
    Value up = linear(b, layer + ".up", norm(b, layer + ".n2", y), WIDTH, MLP);
    Value h = Gelu.of(g, up, Gelu.Form.TANH);
    return g.add(y, linear(b, layer + ".down", h, MLP, WIDTH));
  }

  /**
   * Gradients of a loss for every parameter.
   *
   * @param added whether they are added to earlier ones
   */
  private Program program(boolean added) {
    ProgramBuilder b = new ProgramBuilder("blocks");
    GraphBuilder g = b.g();
    Value x = g.gather(parameter(b, "table", VOCAB, WIDTH), b.input("ids", IDS));
    for (int layer = 0; layer < LAYERS; layer++) {
      x = block(b, layer, x);
    }
    Value last = norm(b, "last", x);
    Value loss = g.sumAll(g.mul(last, b.input("d", last.type())));
    b.output("loss", loss);
    List<String> names = List.copyOf(parameters.keySet());
    List<Value> at = names.stream().map(n -> b.state(slot(n), true)).toList();
    List<Value> gradients = Gradients.of(g, loss, at);
    for (int i = 0; i < names.size(); i++) {
      Slot slot = new Slot("grad/" + names.get(i), at.get(i).type());
      Value d = gradients.get(i);
      b.write(slot.name(), added ? g.add(b.state(slot, false), d) : d);
    }
    return b.build();
  }

  private Slot slot(String name) {
    return new Slot(name, Objects.requireNonNull(parameters.get(name)));
  }

  private static HostTensor noise(TensorType type, long seed) {
    HostTensor t = HostTensor.allocate(type);
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < t.elements(); i++) {
      t.set(i, random.nextDouble(-0.5, 0.5));
    }
    return t;
  }

  /** Every gradient after two runs. */
  private Map<String, HostTensor> computed(BackendProvider provider, boolean added) {
    Program program = program(added);
    HostTensor ids = HostTensor.allocate(IDS);
    for (int i = 0; i < ids.elements(); i++) {
      ids.set(i, (double) (3L * i % VOCAB.size()));
    }
    Map<String, HostTensor> in = new LinkedHashMap<>(Map.of("ids", ids));
    in.put("d", noise(TensorType.of(DType.F32, ROWS, WIDTH), 1));
    Map<String, HostTensor> results = new LinkedHashMap<>();
    try (Backend backend = provider.open(Device.CPU, new BackendOptions(2, Map.of()));
        DeviceState state = backend.newState("s");
        Executable executable = backend.compile(program, CompileOptions.DEFAULT)) {
      parameters.forEach(
          (name, type) -> {
            state.allocate(new Slot(name, type));
            state.upload(name, noise(type, name.hashCode()));
            state.allocate(new Slot("grad/" + name, type));
            state.upload("grad/" + name, noise(type, 3));
          });
      for (int run = 0; run < 2; run++) {
        executable.run(state, in).values().forEach(DeviceTensor::close);
      }
      parameters.keySet().forEach(n -> results.put(n, state.download("grad/" + n)));
    }
    return results;
  }

  private void agree(boolean added) {
    Map<String, HostTensor> many = computed(new OrtProvider(), added);
    Map<String, HostTensor> few = computed(new FlatProvider(), added);
    assertThat(many).hasSizeGreaterThan(30);
    many.forEach(
        (name, expected) -> {
          HostTensor actual = Objects.requireNonNull(few.get(name));
          double largest = 1;
          for (int i = 0; i < expected.elements(); i++) {
            largest = Math.max(largest, Math.abs(expected.get(i)));
          }
          for (int i = 0; i < expected.elements(); i++) {
            assertThat(actual.get(i))
                .as("%s at %d", name, i)
                .isCloseTo(expected.get(i), within(CLOSE * largest));
          }
        });
  }

  @Test
  void gradientsAreThoseOfManyNodes() {
    agree(false);
  }

  @Test
  void addedUpGradientsAreThoseOfManyNodes() {
    agree(true);
  }

  private Map<String, Long> ops(boolean added) {
    Kernels kernels = new Kernels(Target.CUDA);
    Program prepared = Passes.prepare(program(added), kernels, false).program();
    return ProgramLowering.lower("onnxruntime", prepared, Target.CUDA)
        .model()
        .getGraph()
        .getNodeList()
        .stream()
        .collect(Collectors.groupingBy(NodeProto::getOpType, Collectors.counting()));
  }

  /** Queries, keys and values are turned together, and so are their gradients. */
  @Test
  void headsOfALayerAreTurnedTogether() {
    // There and back for q k v together, and each once for what is mixed.
    assertThat(ops(false)).containsEntry("Transpose", 4L * LAYERS);
  }

  @Test
  void additionBeforeANormIsPartOfIt() {
    // The first one has nothing before it.
    assertThat(ops(false)).containsEntry("SkipLayerNormalization", 2L * LAYERS);
  }

  /** Sums of columns of one width are one product. */
  @Test
  void sumsOfColumnsAreMadeTogether() {
    long apart = ops(true).getOrDefault("MatMul", 0L);
    long together = ops(false).getOrDefault("MatMul", 0L);
    // One instead of seven for the norms, one instead of six of their width; three are too few.
    assertThat(together).isEqualTo(apart - 11);
  }

  /** Kernels that add as threads arrive are not used. */
  @Test
  void scatteredRowsAreAddedUpInOneOrder() {
    Kernels kernels = new Kernels(Target.CUDA);
    Program prepared = Passes.prepare(program(false), kernels, false).program();
    List<NodeProto> scatters =
        ProgramLowering.lower("onnxruntime", prepared, Target.CUDA)
            .model()
            .getGraph()
            .getNodeList()
            .stream()
            .filter(n -> n.getOpType().startsWith("Scatter"))
            .toList();
    assertThat(scatters).hasSize(1);
    assertThat(scatters.get(0).getAttributeList()).isEmpty();
  }
}
