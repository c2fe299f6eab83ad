package dev.fettle.models;

import dev.fettle.ir.DType;
import dev.fettle.models.nn.ParameterSpec;
import dev.fettle.models.weights.WeightDifferences;
import dev.fettle.models.weights.WeightMismatchException;
import dev.fettle.models.weights.WeightSource;
import dev.fettle.spi.HostTensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds a model's parameters among stored tensors. A tensor may be stored with or without the name
 * of the base model in front ({@code transformer.}, {@code model.}, {@code gpt_neox.}), and a tied
 * embedding under the head's name.
 */
public final class StoredParameters {
  private static final List<String> BASES = List.of("transformer.", "model.", "gpt_neox.");
  private static final List<String> HEADS = List.of("lm_head.weight", "embed_out.weight");

  private final WeightSource source;
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
    Map<String, long[]> needed = new LinkedHashMap<>();
    for (ParameterSpec p : parts.parameters()) {
      String stored = find(p, parts).orElse(p.name());
      storedNames.put(p.name(), stored);
      needed.put(stored, p.type().shape().sizes());
    }
    WeightDifferences differences = WeightDifferences.between(source, needed);
    if (!differences.ignoringUnexpected().isEmpty()) {
      throw new WeightMismatchException(source.location(), differences.ignoringUnexpected());
    }
    this.unexpected = differences.unexpected();
  }

  private Optional<String> find(ParameterSpec p, ModelParts parts) {
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
    boolean embedding = p.equals(parts.parameters().get(0));
    boolean headApart = parts.parameters().stream().anyMatch(q -> HEADS.contains(q.name()));
    return embedding && !headApart
        ? HEADS.stream().filter(source::has).findFirst()
        : Optional.empty();
  }

  private static List<String> candidates(String name) {
    List<String> names = new ArrayList<>(List.of(name));
    for (String base : BASES) {
      if (name.startsWith(base)) {
        names.add(name.substring(base.length()));
      } else {
        names.add(base + name);
      }
    }
    return names;
  }

  /** Tensors that no parameter uses, as buffers of old checkpoints. */
  public List<String> unexpected() {
    return unexpected;
  }

  /** A copy of a parameter in F32. */
  public HostTensor read(ParameterSpec parameter) {
    String stored = storedNames.get(parameter.name());
    if (stored == null) {
      throw new IllegalArgumentException("not a parameter of this model: " + parameter.name());
    }
    return source.readAs(stored, DType.F32);
  }
}
