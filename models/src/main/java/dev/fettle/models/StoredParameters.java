package dev.fettle.models;

import dev.fettle.ir.DType;
import dev.fettle.models.nn.ParameterSpec;
import dev.fettle.models.weights.ModelFileException;
import dev.fettle.models.weights.WeightSource;
import dev.fettle.spi.HostTensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Finds a model's parameters among stored tensors. A tensor may be stored with or without the name
 * of the base model in front ({@code transformer.}, {@code model.}, {@code gpt_neox.}), and a tied
 * embedding under the head's name.
 */
public final class StoredParameters {
  private static final List<String> BASES = List.of("transformer.", "model.", "gpt_neox.");
  private static final List<String> HEADS = List.of("lm_head.weight", "embed_out.weight");
  private static final int NAMED = 5;

  private final WeightSource source;
  private final Map<String, String> storedNames = new LinkedHashMap<>();
  private final List<String> unexpected;

  /**
   * Matches parameters to tensors.
   *
   * @throws ModelFileException if parameters are missing or have another shape, naming the first of
   *     them
   */
  public StoredParameters(WeightSource source, ModelParts parts) {
    this.source = source;
    List<String> problems = new ArrayList<>();
    for (ParameterSpec p : parts.parameters()) {
      Optional<String> stored = find(p, parts);
      if (stored.isEmpty()) {
        problems.add("no tensor for " + p.name() + " " + Arrays.toString(sizes(p)));
      } else if (!Arrays.equals(source.shape(stored.get()), sizes(p))) {
        problems.add(
            stored.get()
                + " is "
                + Arrays.toString(source.shape(stored.get()))
                + " where config.json asks for "
                + Arrays.toString(sizes(p)));
      } else {
        storedNames.put(p.name(), stored.get());
      }
    }
    fail(problems);
    Set<String> used = new HashSet<>(storedNames.values());
    this.unexpected = source.names().stream().filter(n -> !used.contains(n)).toList();
  }

  private void fail(List<String> problems) {
    if (!problems.isEmpty()) {
      int more = problems.size() - NAMED;
      throw new ModelFileException(
          source.location(),
          "the weights do not fit config.json: "
              + String.join("; ", problems.subList(0, Math.min(NAMED, problems.size())))
              + (more > 0 ? "; and " + more + " more" : "")
              + ". Check that both files come from the same model.");
    }
  }

  private static long[] sizes(ParameterSpec p) {
    return p.type().shape().sizes();
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
