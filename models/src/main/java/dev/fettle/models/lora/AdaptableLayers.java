package dev.fettle.models.lora;

import dev.fettle.ir.Value;
import dev.fettle.models.LanguageModel;
import dev.fettle.models.ModelParts;
import dev.fettle.models.PolicySpec;
import dev.fettle.models.nn.DenseLinears;
import dev.fettle.models.nn.Linears;
import dev.fettle.models.nn.ModelScope;
import dev.fettle.models.nn.ParameterSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The layers and modules of a model that an adapter may name, found by tracing it.
 *
 * @param linears the linear layers of the body by path, in order
 * @param parameters of the whole model, its language head included
 * @param model the architecture
 */
public record AdaptableLayers(
    Map<String, Linears.Spec> linears, List<ParameterSpec> parameters, LanguageModel model) {

  /** Those of a model. */
  public static AdaptableLayers of(LanguageModel model) {
    Noting noting = new Noting(new DenseLinears(), new LinkedHashMap<>());
    PolicySpec plain = PolicySpec.of(model);
    ModelParts parts =
        ModelParts.trace(new PolicySpec(model, plain.heads(), noting, plain.trainable()));
    return new AdaptableLayers(noting.seen(), parts.parameters(), model);
  }

  private record Noting(Linears base, Map<String, Linears.Spec> seen) implements Linears {
    @Override
    public Value apply(ModelScope scope, Spec spec, Value x) {
      seen.put(spec.path(), spec);
      return base.apply(scope, spec, x);
    }
  }

  /** The last names of the linear layers, as {@code up_proj}. */
  public List<String> linearNames() {
    return linears.keySet().stream().map(AdaptableLayers::last).distinct().toList();
  }

  /** The last names of all modules with parameters. */
  public List<String> moduleNames() {
    return modules().map(AdaptableLayers::last).distinct().toList();
  }

  /** A tied head has no parameter, but can be given one. */
  private Stream<String> modules() {
    Stream<String> names =
        Stream.concat(
            parameters.stream().map(ParameterSpec::name), Stream.of(model.names().head()));
    return names.flatMap(n -> LoraNames.modules(n, model.names()).stream());
  }

  private static String last(String path) {
    return path.substring(path.lastIndexOf('.') + 1);
  }

  /** The linear layers that have low-rank matrices. */
  public List<Linears.Spec> adapted(LoraConfig config) {
    return linears.values().stream().filter(l -> config.adapts(l.path())).toList();
  }

  /** The first of some names by which no linear layer is found. */
  public Optional<String> unknownTarget(LoraTargets targets) {
    List<String> names =
        targets instanceof LoraTargets.Named named ? named.names() : List.<String>of();
    return names.stream()
        .filter(n -> linears.keySet().stream().noneMatch(p -> LoraTargets.Named.isNamed(p, n)))
        .findFirst();
  }

  /** The first of the modules to save that the model does not have. */
  public Optional<String> unknownModule(List<String> modulesToSave) {
    return modulesToSave.stream()
        .filter(name -> modules().noneMatch(path -> LoraConfig.saves(path, name)))
        .findFirst();
  }

  /** The layers PEFT adapts where nobody says which. */
  public LoraTargets defaultTargets() {
    for (String fused : List.of("c_attn", "query_key_value")) {
      if (linearNames().contains(fused)) {
        return new LoraTargets.Named(List.of(fused));
      }
    }
    return new LoraTargets.Named(List.of("q_proj", "v_proj"));
  }
}
