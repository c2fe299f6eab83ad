package dev.fettle.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fettle.autodiff.Gradients;
import dev.fettle.backend.reference.ReferenceProvider;
import dev.fettle.checkpoint.CheckpointContent;
import dev.fettle.checkpoint.CheckpointModel;
import dev.fettle.checkpoint.CheckpointStore;
import dev.fettle.checkpoint.CheckpointTensors;
import dev.fettle.checkpoint.Provenance;
import dev.fettle.checkpoint.TrainerState;
import dev.fettle.data.batch.Cursor;
import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.Value;
import dev.fettle.models.LanguageModel;
import dev.fettle.models.ModelParts;
import dev.fettle.models.Models;
import dev.fettle.models.PolicySpec;
import dev.fettle.models.StoredParameters;
import dev.fettle.models.config.Activation;
import dev.fettle.models.config.Dimensions;
import dev.fettle.models.config.Gpt2Config;
import dev.fettle.models.config.SpecialTokenIds;
import dev.fettle.models.head.ScalarHead;
import dev.fettle.models.nn.ForwardOptions;
import dev.fettle.models.nn.ModelScope;
import dev.fettle.models.nn.PackedAttention;
import dev.fettle.models.nn.ParameterSpec;
import dev.fettle.models.nn.Source;
import dev.fettle.models.nn.TokenInputs;
import dev.fettle.models.weights.ModelWeights;
import dev.fettle.models.weights.TensorEntry;
import dev.fettle.models.weights.WeightSource;
import dev.fettle.objective.ObjectiveContext;
import dev.fettle.program.Program;
import dev.fettle.program.ProgramBuilder;
import dev.fettle.spi.Backend;
import dev.fettle.spi.BackendOptions;
import dev.fettle.spi.Device;
import dev.fettle.spi.DeviceTensor;
import dev.fettle.spi.Executable;
import dev.fettle.spi.HostTensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Policies that are no language model, and ones whose weights are not what the base model holds.
 */
class PolicyTest {
  private static final int LENGTH = 6;
  private static final float RATE = 0.1f;

  private final Backend backend = new ReferenceProvider().open(Device.CPU, BackendOptions.DEFAULT);
  @TempDir Path dir;

  @AfterEach
  void close() {
    backend.close();
  }

  private static LanguageModel model() {
    SpecialTokenIds none = new SpecialTokenIds(OptionalInt.empty(), List.of(), OptionalInt.empty());
    return Models.of(
        new Gpt2Config(
            new Dimensions(11, 8, 16, 2, 2, 2, 4, 16),
            none,
            Activation.GELU_TANH,
            1e-5,
            true,
            false,
            false,
            0.02));
  }

  private static HostTensor random(ParameterSpec p) {
    Random random = new Random(p.name().hashCode());
    HostTensor t = HostTensor.allocate(p.type());
    for (int i = 0; i < t.elements(); i++) {
      t.set(i, 0.3 * random.nextGaussian());
    }
    return t;
  }

  /** A base model's files: body and language head. */
  private Path baseModel() {
    List<ParameterSpec> parameters = ModelParts.of(model()).parameters();
    ModelWeights.write(
        dir,
        parameters.stream().map(p -> TensorEntry.of(p.name(), random(p))).toList(),
        ModelWeights.DEFAULT_SHARD_BYTES);
    return dir;
  }

  private Policy load(PolicySpec spec) {
    try (WeightSource source = WeightSource.open(baseModel())) {
      StoredParameters stored = new StoredParameters(source, ModelParts.trace(spec));
      return Policy.load(
          backend, spec, ForwardOptions.DEFAULT, p -> stored.find(p).orElseGet(() -> random(p)));
    }
  }

  /** A step of plain gradient descent on {@code (reward of the last token - 1)^2}. */
  private static Program step(Policy policy) {
    ProgramBuilder b = new ProgramBuilder("step");
    GraphBuilder g = b.g();
    ObjectiveContext c = policy.context(b);
    Value reward = reward(b, c);
    Value miss = g.sub(reward, g.fill(1, reward.type()));
    Value loss = g.sumAll(g.mul(miss, miss));
    List<ParameterSpec> trained = policy.trainables();
    List<Value> values = trained.stream().map(p -> b.state(p.slot(), true)).toList();
    List<Value> gradients = Gradients.of(g, loss, values);
    for (int i = 0; i < trained.size(); i++) {
      b.write(trained.get(i).slot().name(), g.sub(values.get(i), g.scale(gradients.get(i), RATE)));
    }
    b.output("loss", loss);
    return b.build();
  }

  private static Value reward(ProgramBuilder b, ObjectiveContext c) {
    TokenInputs tokens = TokenInputs.declare(b, 1, LENGTH);
    ModelScope scope = c.scope(new PackedAttention(b.input("segment_ids", tokens.ids().type())));
    Value hidden = c.model().hidden(scope, tokens);
    Value last = b.g().slice(hidden, List.of(LENGTH - 1L, 0L), List.of(1L, hidden.shape().size(1)));
    return c.spec().head(ScalarHead.class).apply(scope, last);
  }

  private double run(Policy policy, Executable program) {
    Map<String, HostTensor> inputs =
        Map.of(
            TokenInputs.IDS,
            HostTensor.ofInts(new int[] {1, 2, 3, 4, 5, 6}, 1, LENGTH),
            TokenInputs.POSITIONS,
            HostTensor.ofInts(new int[] {0, 1, 2, 3, 4, 5}, 1, LENGTH),
            "segment_ids",
            HostTensor.ofInts(new int[LENGTH], 1, LENGTH));
    try (DeviceTensor loss =
        Objects.requireNonNull(program.run(policy.state(), inputs).get("loss"))) {
      return loss.item();
    }
  }

  private List<Double> losses(Policy policy, int steps) {
    List<Double> losses = new ArrayList<>();
    try (Executable program = backend.compile(step(policy))) {
      for (int i = 0; i < steps; i++) {
        losses.add(run(policy, program));
      }
    }
    return losses;
  }

  private static CheckpointTensors tensors(Policy policy) {
    return CheckpointTensors.of(
        policy.state(), policy.trainables().stream().map(ParameterSpec::slot).toList());
  }

  private void assertResumes(PolicySpec spec) {
    CheckpointTensors none = CheckpointTensors.of(backend.newState("none"), List.of());
    List<Double> straight;
    try (Policy policy = load(spec)) {
      straight = losses(policy, 8);
    }
    assertThat(straight.get(7)).isLessThan(straight.get(0) / 4);
    Path checkpoints = dir.resolve("checkpoints");
    try (Policy policy = load(spec);
        CheckpointStore store = CheckpointStore.open(checkpoints, 1)) {
      losses(policy, 5);
      store.write(
          new CheckpointContent(
              new TrainerState(new Progress(5, new Cursor(0, 5, "data"), 0), 1),
              Provenance.gather("reference", "1", "", List.of()),
              CheckpointModel.of(tensors(policy)),
              none));
    }
    try (Policy policy = load(spec)) {
      CheckpointStore.newest(checkpoints).orElseThrow().restore(tensors(policy), none);
      assertThat(losses(policy, 3)).isEqualTo(straight.subList(5, 8));
    }
  }

  @Test
  void aRewardModelIsTrainedAndResumed() {
    PolicySpec spec = PolicySpec.of(model(), List.of(ScalarHead.REWARD));
    try (Policy policy = load(spec)) {
      assertThat(policy.parts().has("lm_head.weight")).isFalse();
      assertThat(policy.trainables()).hasSameSizeAs(policy.parts().parameters());
    }
    assertResumes(spec);
  }

  @Test
  void anAdapterOverQuantisedWeightsIsTrainedAndResumed() {
    PolicySpec spec =
        PolicySpec.of(model(), List.of(ScalarHead.REWARD)).adapted(new Biased(new EightBit()));
    try (Policy policy = load(spec)) {
      List<ParameterSpec> codes = policy.parts().from(Source.QUANTISED);
      assertThat(codes).hasSize(16);
      assertThat(policy.parts().has("transformer.h.0.attn.c_attn.weight")).isFalse();
      assertThat(policy.trainables())
          .extracting(ParameterSpec::source)
          .containsOnly(Source.ADAPTER, Source.HEAD)
          .hasSize(9);
    }
    assertResumes(spec);
  }

  @Test
  void frozenParametersLeaveNoTraceInTheProgram() {
    PolicySpec full = PolicySpec.of(model(), List.of(ScalarHead.REWARD));
    PolicySpec head =
        new PolicySpec(full.body(), full.heads(), full.linears(), p -> p.source() == Source.HEAD);
    try (Policy policy = load(head)) {
      Program step = step(policy);
      assertThat(step.stateOut()).containsOnlyKeys("param/score.weight");
      try (Policy bare = load(full)) {
        ProgramBuilder b = new ProgramBuilder("forward");
        b.output("reward", reward(b, bare.frozenContext(b)));
        int forward = b.build().graph().nodes().size();
        // Of the reverse sweep only the head's own gradient and update are left.
        assertThat(step.graph().nodes().size()).isLessThan(forward + 20);
      }
    }
  }

  @Test
  void theAdapterCanBeLeftOutOverTheSameSlots() {
    PolicySpec plain = PolicySpec.of(model(), List.of(ScalarHead.REWARD));
    try (Policy adapted = load(plain.adapted(new Biased(plain.linears())));
        Policy base = load(plain)) {
      assertThat(forward(adapted, adapted::referenceContext))
          .isEqualTo(forward(base, base::frozenContext))
          .isNotEqualTo(forward(adapted, adapted::frozenContext));
    }
  }

  private double forward(
      Policy policy, java.util.function.Function<ProgramBuilder, ObjectiveContext> context) {
    ProgramBuilder b = new ProgramBuilder("forward");
    b.output("loss", b.g().sumAll(reward(b, context.apply(b))));
    try (Executable program = backend.compile(b.build())) {
      return run(policy, program);
    }
  }
}
