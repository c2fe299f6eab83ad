package dev.fettle.integration;

import dev.fettle.data.batch.MicroBatch;
import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.Value;
import dev.fettle.models.LanguageModel;
import dev.fettle.models.ModelParts;
import dev.fettle.models.Models;
import dev.fettle.models.StoredParameters;
import dev.fettle.models.config.HfConfig;
import dev.fettle.models.nn.ForwardOptions;
import dev.fettle.models.nn.ModelScope;
import dev.fettle.models.nn.PackedAttention;
import dev.fettle.models.nn.TokenInputs;
import dev.fettle.models.nn.TokenPlaces;
import dev.fettle.models.weights.WeightSource;
import dev.fettle.objective.ObjectiveContext;
import dev.fettle.program.ProgramBuilder;
import dev.fettle.spi.Backend;
import dev.fettle.spi.DeviceTensor;
import dev.fettle.spi.Executable;
import dev.fettle.spi.HostTensor;
import dev.fettle.train.Policy;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/** A stored model on a backend, and the golden tensors it is compared with. */
final class GoldenModel {
  private GoldenModel() {}

  static Policy load(Backend backend, Path directory, ForwardOptions options) {
    LanguageModel model = Models.of(HfConfig.read(directory).model());
    try (WeightSource weights = WeightSource.open(directory)) {
      StoredParameters stored = new StoredParameters(weights, ModelParts.of(model));
      return Policy.load(backend, model, options, stored::read);
    }
  }

  /** A tensor of ids as ints, whatever its integer type. */
  static int[] ints(HostTensor t) {
    int[] out = new int[(int) t.elements()];
    for (int i = 0; i < out.length; i++) {
      out[i] = (int) t.get(i);
    }
    return out;
  }

  /** Rows of equal length, each one segment; mask 1 where a token is a target. */
  static MicroBatch batch(int[] ids, int rows, int[] mask) {
    int length = ids.length / rows;
    int[] positions = new int[ids.length];
    int[] segments = new int[ids.length];
    byte[] targets = new byte[ids.length];
    int count = 0;
    for (int i = 0; i < ids.length; i++) {
      positions[i] = i % length;
      segments[i] = 1;
      targets[i] = (byte) (i % length == 0 ? 0 : mask[i]);
      count += targets[i];
    }
    return new MicroBatch(
        rows, length, ids, positions, segments, targets, count, ids.length, List.of());
  }

  /** Logits of every position, {@code [rows * length * vocab]}. */
  static float[] logits(Policy policy, MicroBatch batch) {
    return logits(policy, batch, policy::frozenContext);
  }

  /** The same for some view of the policy, as without its adapter. */
  static float[] logits(
      Policy policy, MicroBatch batch, Function<ProgramBuilder, ObjectiveContext> view) {
    ProgramBuilder b = new ProgramBuilder("logits");
    ObjectiveContext c = view.apply(b);
    TokenInputs tokens = TokenInputs.declare(b, batch.rows(), batch.length());
    Value segments = b.input("segment_ids", tokens.ids().type());
    ModelScope scope = c.scope(new PackedAttention(segments));
    GraphBuilder g = b.g();
    Value hidden = c.model().hidden(scope, tokens);
    b.output(
        "logits", g.matmul(hidden, c.model().head(scope), false, true, c.options().precision()));
    long rows = batch.rows();
    long length = batch.length();
    Map<String, HostTensor> inputs =
        new HashMap<>(
            policy.inputs(
                TokenInputs.tensors(
                    batch.ids(),
                    TokenPlaces.packed(
                        batch.rows(), batch.length(), batch.positions(), batch.segments()))));
    inputs.put("segment_ids", HostTensor.ofInts(batch.segments(), rows, length));
    try (Executable program = policy.backend().compile(b.build())) {
      inputs.keySet().retainAll(program.program().inputs().keySet());
      try (DeviceTensor t =
          Objects.requireNonNull(program.run(policy.state(), inputs).get("logits"))) {
        return t.toHost().toFloats();
      }
    }
  }

  static float[] difference(float[] a, float[] b) {
    float[] d = new float[a.length];
    for (int i = 0; i < d.length; i++) {
      d[i] = a[i] - b[i];
    }
    return d;
  }

  /** {@code |a - b| / |b|} in the Euclidean norm. */
  static double relativeDistance(float[] a, float[] b) {
    double difference = 0;
    double size = 0;
    for (int i = 0; i < a.length; i++) {
      difference += Math.pow((double) a[i] - b[i], 2);
      size += Math.pow(b[i], 2);
    }
    return Math.sqrt(difference) / Math.max(Math.sqrt(size), 1e-12);
  }
}
