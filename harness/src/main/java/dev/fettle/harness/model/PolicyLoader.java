package dev.fettle.harness.model;

import dev.fettle.models.ModelParts;
import dev.fettle.models.StoredParameters;
import dev.fettle.models.Weights;
import dev.fettle.models.lora.AdapterWeights;
import dev.fettle.models.nn.ParameterSpec;
import dev.fettle.models.nn.Source;
import dev.fettle.models.weights.WeightSource;
import dev.fettle.spi.Backend;
import dev.fettle.spi.HostTensor;
import dev.fettle.spi.support.Pieces;
import dev.fettle.train.Policy;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts a model directory's weights, or fresh ones, on a backend. */
public final class PolicyLoader {
  private static final Logger LOG = LoggerFactory.getLogger(PolicyLoader.class);
  private static final int NAMED = 5;

  private PolicyLoader() {}

  /**
   * Loads a policy: what model and adapter directory hold is read, the rest drawn.
   *
   * @param seed of fresh weights
   * @throws dev.fettle.models.config.ModelFileException if the weights are broken, or do not fit
   *     the config: tensors and both shapes are named
   */
  public static Policy load(Backend backend, PolicyPlan plan, long seed) {
    ModelParts parts = ModelParts.trace(plan.spec());
    double deviation = plan.files().config().model().initializerRange();
    FreshParameters fresh = new FreshParameters(parts, seed, deviation);
    Optional<Path> adapter = plan.adapter().flatMap(PolicyAdapter::directory);
    try (HeadWeights heads = HeadWeights.of(plan)) {
      if (adapter.isEmpty()) {
        return load(backend, plan, parts, fresh::of, heads::find);
      }
      try (AdapterWeights weights = new AdapterWeights(adapter.get(), parts)) {
        return load(backend, plan, parts, fresh::of, p -> heads.find(p).or(() -> weights.find(p)));
      }
    }
  }

  /** An adapter's own come first: its copies and heads may be in the model's files too. */
  private static Policy load(
      Backend backend,
      PolicyPlan plan,
      ModelParts parts,
      Function<ParameterSpec, HostTensor> fresh,
      Function<ParameterSpec, Optional<HostTensor>> own) {
    if (plan.settings().fresh()) {
      Weights drawn = p -> own.apply(p).orElseGet(() -> fresh.apply(p));
      return Policy.load(backend, plan.spec(), plan.settings().forward(), drawn);
    }
    try (WeightSource source = plan.files().weights()) {
      StoredParameters stored = new StoredParameters(source, parts);
      report(source, parts, stored.unexpected());
      return Policy.load(
          backend, plan.spec(), plan.settings().forward(), new Layers(own, stored, fresh));
    }
  }

  /** Where a parameter comes from: files of its own, the model's, or a draw. */
  private record Layers(
      Function<ParameterSpec, Optional<HostTensor>> files,
      StoredParameters stored,
      Function<ParameterSpec, HostTensor> fresh)
      implements Weights {

    @Override
    public HostTensor of(ParameterSpec p) {
      return files.apply(p).or(() -> stored.find(p)).orElseGet(() -> fresh.apply(p));
    }

    @Override
    public HostTensor part(ParameterSpec p, Pieces piece) {
      // What an adapter holds is small, or a copy of what the model holds in its place.
      Optional<HostTensor> part =
          p.source() == Source.BASE ? stored.findPart(p, piece) : Optional.empty();
      return part.orElseGet(() -> Weights.super.part(p, piece));
    }
  }

  private static void report(WeightSource source, ModelParts parts, List<String> unexpected) {
    List<String> odd =
        unexpected.stream().filter(n -> !isBuffer(n) && !n.equals(parts.names().head())).toList();
    if (!odd.isEmpty()) {
      LOG.warn(
          "{}: {} tensors are not used: {}{}",
          source.location(),
          odd.size(),
          String.join(", ", odd.subList(0, Math.min(NAMED, odd.size()))),
          odd.size() > NAMED ? ", ..." : "");
    }
  }

  /** Constants that old checkpoints carry along. */
  private static boolean isBuffer(String name) {
    return name.endsWith(".attn.bias")
        || name.endsWith(".attention.bias")
        || name.endsWith("masked_bias")
        || name.endsWith("inv_freq");
  }
}
