package dev.fettle.harness.model;

import dev.fettle.harness.config.ModelSettings;
import dev.fettle.models.PolicySpec;
import dev.fettle.models.head.Head;
import dev.fettle.models.weights.StoredLayers;
import dev.fettle.models.weights.WeightSource;
import dev.fettle.settings.ConfigException;
import java.util.List;
import java.util.Optional;

/**
 * What a policy is made of, and where its weights come from. {@link PolicyFiles} writes it.
 *
 * @param files of the model
 * @param settings how it is run
 * @param spec what it is made of
 * @param adapter where it has one
 */
public record PolicyPlan(
    ModelFiles files, ModelSettings settings, PolicySpec spec, Optional<PolicyAdapter> adapter) {

  /**
   * The plan of a language model, of which all is trained or the adapter the settings ask for.
   *
   * @throws ConfigException if the adapter's settings do not fit
   * @throws dev.fettle.models.config.ModelFileException if the adapter to start from cannot be read
   */
  public static PolicyPlan of(ModelFiles files, ModelSettings settings) {
    return of(files, settings, PolicySpec.of(files.model()).heads());
  }

  /** The same with other heads. */
  public static PolicyPlan of(ModelFiles files, ModelSettings settings, List<Head> heads) {
    if (settings.fresh() && settings.adapter().isPresent()) {
      throw ConfigException.about(
          "model.adapter",
          "stands beside weights that are kept, but model.init draws fresh ones; use model.path");
    }
    if (!settings.fresh()) {
      // Before the model is written into a graph, layer by layer.
      try (WeightSource weights = WeightSource.open(files.directory())) {
        StoredLayers.requireAll(weights, files.config());
      }
    }
    Optional<PolicyAdapter> adapter = settings.adapter().map(a -> PolicyAdapter.of(a, files));
    PolicySpec whole = PolicySpec.of(files.model(), heads);
    return new PolicyPlan(files, settings, adapter.map(a -> a.adapt(whole)).orElse(whole), adapter);
  }

  /** The same, of whose heads more is known. */
  public PolicyPlan with(List<Head> heads) {
    PolicySpec known = new PolicySpec(spec.body(), heads, spec.linears(), spec.trainable());
    return new PolicyPlan(files, settings, known, adapter);
  }
}
