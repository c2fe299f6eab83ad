package dev.fettle.models;

import dev.fettle.ir.DType;
import dev.fettle.models.nn.Initializer.FromBase;
import dev.fettle.models.nn.ParameterSpec;
import dev.fettle.models.nn.Source;
import dev.fettle.models.weights.WeightDifferences;
import dev.fettle.models.weights.WeightMismatchException;
import dev.fettle.models.weights.WeightSource;
import dev.fettle.spi.HostTensor;
import dev.fettle.spi.support.Pieces;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds a policy's parameters among the stored tensors of a base model. A tensor may be stored with
 * or without the name of the base model in front ({@code transformer.}, {@code model.}, {@code
 * gpt_neox.}), and a tied embedding under the head's name.
 *
 * <p>Those of the base must be there, a head's own may be, and what is made from the base is made
 * here. An adapter's weights are not in a base model.
 */
public final class StoredParameters {
  private final WeightSource source;
  private final ModelParts parts;
  private final Map<String, String> storedNames = new LinkedHashMap<>();
  private final List<String> unexpected;

  /**
   * Matches parameters to tensors.
   *
   * @throws WeightMismatchException if parameters are missing or have another shape, naming the
   *     first of them
   */
  public StoredParameters(WeightSource source, ModelParts parts) {
    this.source = source;
    this.parts = parts;
    Map<String, long[]> needed = new LinkedHashMap<>();
    for (ParameterSpec p : parts.parameters()) {
      ParameterSpec read = p.fill() instanceof FromBase made ? made.of() : p;
      Optional<String> stored = findName(read);
      if (isWanted(read.source(), stored.isPresent())) {
        storedNames.put(read.name(), stored.orElse(read.name()));
        needed.put(stored.orElse(read.name()), read.type().shape().sizes());
      }
    }
    WeightDifferences differences = WeightDifferences.between(source, needed);
    if (!differences.ignoringUnexpected().isEmpty()) {
      throw new WeightMismatchException(source.location(), differences.ignoringUnexpected());
    }
    this.unexpected = differences.unexpected();
  }

  private static boolean isWanted(Source from, boolean present) {
    return switch (from) {
      case BASE -> true;
      case HEAD -> present;
      case ADAPTER, QUANTISED -> false;
    };
  }

  private Optional<String> findName(ParameterSpec p) {
    for (String candidate : candidates(p.name())) {
      if (source.has(candidate)) {
        return Optional.of(candidate);
      }
      Optional<String> alias = source.alias(candidate);
      if (alias.isPresent()) {
        return alias;
      }
    }
    // A tied model may be stored under the head's name alone.
    String head = parts.names().head();
    boolean embedding = p.name().equals(parts.names().embedding());
    return embedding && !parts.has(head) && source.has(head) ? Optional.of(head) : Optional.empty();
  }

  private List<String> candidates(String name) {
    String base = parts.names().base();
    List<String> names = new ArrayList<>(List.of(name));
    names.add(name.startsWith(base) ? name.substring(base.length()) : base + name);
    return names;
  }

  /** Tensors that no parameter uses, as buffers of old checkpoints. */
  public List<String> unexpected() {
    return unexpected;
  }

  /** The type a parameter is stored in; empty if it is not stored. */
  public Optional<DType> dtype(ParameterSpec parameter) {
    return Optional.ofNullable(storedNames.get(parameter.name())).map(source::dtype);
  }

  /** A copy of a parameter in F32, or made from the base; empty if it is not stored. */
  public Optional<HostTensor> find(ParameterSpec parameter) {
    if (parameter.fill() instanceof FromBase made) {
      return find(made.of()).map(made.by());
    }
    return Optional.ofNullable(storedNames.get(parameter.name()))
        .map(stored -> source.readAs(stored, DType.F32));
  }

  /** Elements of a parameter in F32, of one that is stored as it is; empty for any other. */
  public Optional<HostTensor> findPart(ParameterSpec parameter, Pieces piece) {
    return Optional.ofNullable(storedNames.get(parameter.name()))
        .filter(stored -> !(parameter.fill() instanceof FromBase))
        .map(stored -> source.readPart(stored, DType.F32, piece));
  }

  /**
   * A copy of a parameter that must be stored.
   *
   * @throws IllegalArgumentException if it is not
   */
  public HostTensor read(ParameterSpec parameter) {
    return find(parameter)
        .orElseThrow(
            () ->
                new IllegalArgumentException("not a parameter of this model: " + parameter.name()));
  }
}
