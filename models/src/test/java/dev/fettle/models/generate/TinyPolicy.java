package dev.fettle.models.generate;

import dev.fettle.backend.reference.ReferenceProvider;
import dev.fettle.ir.DType;
import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.Value;
import dev.fettle.ir.op.Linalg.Precision;
import dev.fettle.models.LanguageModel;
import dev.fettle.models.ModelParts;
import dev.fettle.models.PolicySpec;
import dev.fettle.models.config.Activation;
import dev.fettle.models.config.Dimensions;
import dev.fettle.models.config.Gpt2Config;
import dev.fettle.models.config.SpecialTokenIds;
import dev.fettle.models.gpt2.Gpt2Model;
import dev.fettle.models.nn.DenseLinears;
import dev.fettle.models.nn.ForwardOptions;
import dev.fettle.models.nn.ModelScope;
import dev.fettle.models.nn.PackedAttention;
import dev.fettle.models.nn.ParameterSpec;
import dev.fettle.models.nn.Params;
import dev.fettle.models.nn.TokenInputs;
import dev.fettle.models.random.RandomStream;
import dev.fettle.models.random.RandomStream.Purpose;
import dev.fettle.program.ProgramBuilder;
import dev.fettle.spi.Backend;
import dev.fettle.spi.BackendOptions;
import dev.fettle.spi.CompileOptions;
import dev.fettle.spi.Device;
import dev.fettle.spi.DeviceState;
import dev.fettle.spi.DeviceTensor;
import dev.fettle.spi.Executable;
import dev.fettle.spi.HostTensor;
import dev.fettle.spi.support.ProgramCache;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;

/** A small GPT-2 with random weights and an own head on the reference backend. */
final class TinyPolicy implements AutoCloseable {
  static final int VOCAB = 80;
  static final int POSITIONS = 640;

  final Backend backend = new ReferenceProvider().open(Device.CPU, BackendOptions.DEFAULT);
  final DeviceState state = backend.newState("policy");
  final LanguageModel model = model();

  TinyPolicy() {
    RandomStream random = RandomStream.of(3, Purpose.INIT, 0, 0);
    for (ParameterSpec p : ModelParts.of(model).parameters()) {
      HostTensor tensor = HostTensor.allocate(p.type());
      FloatBuffer values = tensor.floats();
      for (int i = 0; i < values.capacity(); i++) {
        values.put(i, (float) (0.2 * random.nextGaussian()));
      }
      state.allocate(p.slot());
      state.upload(p.slot().name(), tensor);
    }
  }

  private static LanguageModel model() {
    SpecialTokenIds none = new SpecialTokenIds(OptionalInt.empty(), List.of(), OptionalInt.empty());
    return new Gpt2Model(
        new Gpt2Config(
            new Dimensions(VOCAB, 16, 32, 1, 2, 2, 8, POSITIONS),
            none,
            Activation.GELU_TANH,
            1e-5,
            true,
            false,
            false,
            0.02));
  }

  ProgramCache programs(CompileOptions compile) {
    return new ProgramCache(backend, compile);
  }

  Generator generator(ProgramCache programs) {
    return new Generator(new GeneratorModel(PolicySpec.of(model), Precision.FULL), state, programs);
  }

  /** What one generator of its own makes. */
  List<Generation> generate(List<int[]> prompts, SamplingOptions options, StopCondition stop) {
    try (ProgramCache programs = programs(CompileOptions.DEFAULT);
        Generator generator = generator(programs)) {
      return generator.generate(prompts, options, stop, TokenListener.none());
    }
  }

  /** Overwrites the first element of one row of a parameter. */
  void poison(String parameter, int row, float value) {
    HostTensor t = state.download("param/" + parameter);
    t.set(row * t.sizes()[1], value);
    state.upload("param/" + parameter, t);
  }

  /** The logits after each token of a sequence, by a forward pass without a cache. */
  float[][] logits(int[] ids) {
    ProgramBuilder b = new ProgramBuilder("forward");
    GraphBuilder g = b.g();
    TokenInputs tokens = TokenInputs.declare(b, 1, ids.length);
    Value segments = g.fill(0, tokens.ids().type());
    ModelScope scope =
        new ModelScope(
            g,
            new Params(b, p -> false),
            new DenseLinears(),
            new PackedAttention(segments),
            ForwardOptions.DEFAULT);
    Value hidden = model.hidden(scope, tokens);
    b.output("logits", g.matmul(hidden, model.head(scope), false, true, Precision.FULL));
    int[] positions = new int[ids.length];
    for (int i = 0; i < positions.length; i++) {
      positions[i] = i;
    }
    Map<String, HostTensor> inputs =
        Map.of(
            TokenInputs.IDS, HostTensor.ofInts(ids, 1, ids.length),
            TokenInputs.POSITIONS, HostTensor.ofInts(positions, 1, ids.length));
    float[][] rows = new float[ids.length][VOCAB];
    try (Executable program = backend.compile(b.build());
        DeviceTensor all = Objects.requireNonNull(program.run(state, inputs).get("logits"))) {
      FloatBuffer values = all.toHost().cast(DType.F32).floats();
      for (float[] row : rows) {
        values.get(row);
      }
    }
    return rows;
  }

  @Override
  public void close() {
    backend.close();
  }
}
