package dev.fettle.harness.model;

import dev.fettle.harness.config.ModelSettings;
import dev.fettle.models.ModelParts;
import dev.fettle.models.PolicySpec;
import dev.fettle.models.StoredParameters;
import dev.fettle.models.Weights;
import dev.fettle.models.nn.ParameterSpec;
import dev.fettle.models.weights.WeightSource;
import dev.fettle.spi.Backend;
import dev.fettle.spi.HostTensor;
import dev.fettle.spi.support.Pieces;
import dev.fettle.train.Policy;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts a model directory's weights, or fresh ones, on a backend. */
public final class PolicyLoader {
  private static final Logger LOG = LoggerFactory.getLogger(PolicyLoader.class);
  private static final int NAMED = 5;

  private PolicyLoader() {}

  /**
   * Loads a language model, every parameter to be trained.
   *
   * @param seed of fresh weights
   * @throws dev.fettle.models.config.ModelFileException if the weights are broken, or do not fit
   *     the config: tensors and both shapes are named
   */
  public static Policy load(Backend backend, ModelFiles files, ModelSettings settings, long seed) {
    return load(backend, files, PolicySpec.of(files.model()), settings, seed);
  }

  /**
   * Loads a policy: what the model directory holds is read, the rest drawn.
   *
   * @param spec what it is made of
   * @param seed of fresh weights
   * @throws dev.fettle.models.config.ModelFileException if the weights are broken, or do not fit
   *     the config: tensors and both shapes are named
   */
  public static Policy load(
      Backend backend, ModelFiles files, PolicySpec spec, ModelSettings settings, long seed) {
    ModelParts parts = ModelParts.trace(spec);
    FreshParameters fresh =
        new FreshParameters(parts, seed, files.config().model().initializerRange());
    if (settings.fresh()) {
      return Policy.load(backend, spec, settings.forward(), fresh::of);
    }
    try (WeightSource source = WeightSource.open(files.directory())) {
      StoredParameters stored = new StoredParameters(source, parts);
      report(source, parts, stored.unexpected());
      return Policy.load(backend, spec, settings.forward(), new StoredOrFresh(stored, fresh));
    }
  }

  /** What the model directory holds, and the rest drawn. */
  private record StoredOrFresh(StoredParameters stored, FreshParameters fresh) implements Weights {
    @Override
    public HostTensor of(ParameterSpec p) {
      return stored.find(p).orElseGet(() -> fresh.of(p));
    }

    @Override
    public HostTensor part(ParameterSpec p, Pieces piece) {
      return stored.findPart(p, piece).orElseGet(() -> Weights.super.part(p, piece));
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
