package dev.fettle.harness.model;

import dev.fettle.models.ModelParts;
import dev.fettle.models.PolicySpec;
import dev.fettle.models.StoredParameters;
import dev.fettle.models.head.Head;
import dev.fettle.models.head.HeadOrigin;
import dev.fettle.models.nn.ParameterSpec;
import dev.fettle.models.nn.Source;
import dev.fettle.models.weights.WeightSource;
import dev.fettle.spi.HostTensor;
import java.util.ArrayList;
import java.util.List;
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
   * @throws dev.fettle.models.config.ModelFileException if a model cannot be read
   * @throws dev.fettle.models.weights.WeightMismatchException if one is of another architecture
   */
  static HeadWeights of(PolicySpec spec) {
    HeadWeights weights = new HeadWeights();
    try {
      spec.heads().stream()
          .map(Head::origin)
          .flatMap(Optional::stream)
          .forEach(o -> weights.open(spec, o));
      return weights;
    } catch (RuntimeException e) {
      weights.close();
      throw e;
    }
  }

  private void open(PolicySpec spec, HeadOrigin origin) {
    ModelFiles.requireConfig(origin.directory());
    ModelParts there = ModelParts.trace(PolicySpec.of(spec.body(), List.of(origin.head())));
    WeightSource source = WeightSource.open(origin.directory());
    try {
      all.add(new Opened(origin, there, source, new StoredParameters(source, there)));
    } catch (RuntimeException e) {
      source.close();
      throw e;
    }
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
