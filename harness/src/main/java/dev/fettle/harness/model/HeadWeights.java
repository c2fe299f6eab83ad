package dev.fettle.harness.model;

import dev.fettle.harness.config.ModelSettings;
import dev.fettle.models.ModelParts;
import dev.fettle.models.PolicySpec;
import dev.fettle.models.StoredParameters;
import dev.fettle.models.config.Dimensions;
import dev.fettle.models.config.HfConfig;
import dev.fettle.models.config.ModelConfig;
import dev.fettle.models.config.ModelFileException;
import dev.fettle.models.head.Head;
import dev.fettle.models.head.HeadOrigin;
import dev.fettle.models.head.ScalarHead;
import dev.fettle.models.nn.ParameterSpec;
import dev.fettle.models.nn.Source;
import dev.fettle.models.weights.WeightMismatchException;
import dev.fettle.models.weights.WeightSource;
import dev.fettle.spi.HostTensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The weights of heads that begin as those of another model. */
final class HeadWeights implements AutoCloseable {
  /** An opened model, and which of its parameters are wanted. */
  private record Opened(
      HeadOrigin origin, ModelParts there, WeightSource source, StoredParameters stored) {
    Optional<HostTensor> find(ParameterSpec own) {
      String name = origin.nameThere().apply(own.name());
      return there.parameters().stream()
          .filter(p -> p.name().equals(name))
          .findFirst()
          .flatMap(stored::find);
    }
  }

  private final List<Opened> all = new ArrayList<>();

  private HeadWeights() {}

  /**
   * Opens what the heads of a policy begin as.
   *
   * @throws ModelFileException if a model cannot be read, is none of that kind, or is of another
   *     architecture
   */
  static HeadWeights of(PolicyPlan plan) {
    HeadWeights weights = new HeadWeights();
    try {
      plan.spec().heads().stream()
          .map(Head::origin)
          .flatMap(Optional::stream)
          .forEach(o -> weights.open(plan, o));
      return weights;
    } catch (RuntimeException e) {
      weights.close();
      throw e;
    }
  }

  private void open(PolicyPlan plan, HeadOrigin origin) {
    Path directory = origin.directory();
    ModelFiles.requireConfig(directory);
    if (ModelFiles.isAdapter(directory)) {
      throw new ModelFileException(
          directory,
          "is an adapter, and a critic begins as a whole model; merge it into its base model with"
              + " fettle merge, and give that");
    }
    requireAlike(directory, plan.files().config().model());
    if (origin.head().equals(ScalarHead.REWARD)) {
      RewardModel.head(ModelSettings.of(directory));
    }
    ModelParts there = ModelParts.trace(PolicySpec.of(plan.spec().body(), List.of(origin.head())));
    WeightSource source = WeightSource.open(directory);
    try {
      StoredParameters stored = stored(directory, source, there);
      all.add(new Opened(origin, there, source, stored));
    } catch (RuntimeException e) {
      source.close();
      throw e;
    }
  }

  /** Weights may fit though they are computed with otherwise, as those of other heads do. */
  private static void requireAlike(Path directory, ModelConfig policy) {
    ModelConfig model = HfConfig.read(directory).model();
    if (!shape(model).equals(shape(policy))) {
      throw new ModelFileException(
          directory,
          "is "
              + shape(model)
              + ", and the policy "
              + shape(policy)
              + "; a critic can begin as a model of the policy's architecture alone");
    }
  }

  private static String shape(ModelConfig model) {
    Dimensions d = model.dims();
    return String.format(
        Locale.ROOT,
        "%s of %d layers of width %d (%d within), %d heads of %d, %d of them for keys",
        model.modelType(),
        d.layers(),
        d.hidden(),
        d.intermediate(),
        d.heads(),
        d.headDim(),
        d.kvHeads());
  }

  private static StoredParameters stored(Path directory, WeightSource source, ModelParts there) {
    StoredParameters stored;
    try {
      stored = new StoredParameters(source, there);
    } catch (WeightMismatchException e) {
      throw new ModelFileException(
          directory,
          "does not fit the policy, as what a critic begins as must: " + e.differences().describe(),
          e);
    }
    for (ParameterSpec p : there.parameters()) {
      if (p.source() == Source.HEAD && stored.find(p).isEmpty()) {
        throw new ModelFileException(
            directory, "has no " + p.name() + ", with which a critic begins");
      }
    }
    return stored;
  }

  /** What a parameter of a head begins as; empty for every other. */
  Optional<HostTensor> find(ParameterSpec p) {
    return p.source() == Source.HEAD
        ? all.stream().flatMap(o -> o.find(p).stream()).findFirst()
        : Optional.empty();
  }

  @Override
  public void close() {
    all.forEach(o -> o.source().close());
  }
}
