package dev.fettle.models;

import dev.fettle.ir.Value;
import dev.fettle.models.nn.ForwardOptions;
import dev.fettle.models.nn.ModelScope;
import dev.fettle.models.nn.PackedAttention;
import dev.fettle.models.nn.ParameterSpec;
import dev.fettle.models.nn.Params;
import dev.fettle.models.nn.Source;
import dev.fettle.models.nn.TokenInputs;
import dev.fettle.program.ProgramBuilder;
import dev.fettle.program.Slot;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a policy keeps in state, found by writing it once for a single token: names, shapes and
 * initialisation are stated only where the model uses them. What is loaded, trained, saved and
 * written are filters over this.
 *
 * @param names what files call some of them
 * @param parameters in the order of use; with an adapter also what only the model without it uses
 * @param tables in the order of use
 */
public record ModelParts(ModelNames names, List<ParameterSpec> parameters, List<Slot> tables) {

  /** Keeps immutable copies. */
  public ModelParts {
    parameters = List.copyOf(parameters);
    tables = List.copyOf(tables);
  }

  /** The parts of a language model. */
  public static ModelParts of(LanguageModel model) {
    return trace(PolicySpec.of(model));
  }

  /** The parts of a policy, with and without its adapter. */
  public static ModelParts trace(PolicySpec spec) {
    Map<String, ParameterSpec> parameters = new LinkedHashMap<>();
    Map<String, Slot> tables = new LinkedHashMap<>();
    for (PolicySpec each : List.of(spec, spec.withoutAdapter())) {
      Params params = write(each);
      params.specs().forEach(p -> parameters.putIfAbsent(p.name(), p));
      params.tables().forEach(t -> tables.putIfAbsent(t.name(), t));
    }
    return new ModelParts(
        spec.body().names(), List.copyOf(parameters.values()), List.copyOf(tables.values()));
  }

  private static Params write(PolicySpec spec) {
    ProgramBuilder b = new ProgramBuilder("parts");
    Params params = new Params(b, p -> false);
    TokenInputs tokens = TokenInputs.declare(b, 1, 1);
    ModelScope scope =
        new ModelScope(
            b.g(),
            params,
            spec.linears(),
            new PackedAttention(tokens.ids()),
            ForwardOptions.DEFAULT);
    Value hidden = spec.body().hidden(scope, tokens);
    spec.heads().forEach(head -> head.apply(scope, tokens, hidden));
    return params;
  }

  /** The parameters of some sources, in order. */
  public List<ParameterSpec> from(Source... sources) {
    Set<Source> wanted = Set.of(sources);
    return parameters.stream().filter(p -> wanted.contains(p.source())).toList();
  }

  /** Whether a parameter is among them. */
  public boolean has(String name) {
    return parameters.stream().anyMatch(p -> p.name().equals(name));
  }

  /** The number of parameter elements. */
  public long elements() {
    return elements(parameters);
  }

  /** The number of elements of some parameters. */
  public static long elements(List<ParameterSpec> some) {
    return some.stream().mapToLong(p -> p.type().shape().elements()).sum();
  }
}
