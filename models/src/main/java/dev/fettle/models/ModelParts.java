package dev.fettle.models;

import dev.fettle.models.nn.DenseLinears;
import dev.fettle.models.nn.ForwardOptions;
import dev.fettle.models.nn.ModelScope;
import dev.fettle.models.nn.PackedAttention;
import dev.fettle.models.nn.ParameterSpec;
import dev.fettle.models.nn.Params;
import dev.fettle.models.nn.TokenInputs;
import dev.fettle.program.ProgramBuilder;
import dev.fettle.program.Slot;
import java.util.List;

/**
 * What a model keeps in state, found by writing it once for a single token: names, shapes and
 * initialisation are stated only where the model uses them.
 *
 * @param parameters in the order of use
 * @param tables in the order of use
 */
public record ModelParts(List<ParameterSpec> parameters, List<Slot> tables) {

  /** Keeps immutable copies. */
  public ModelParts {
    parameters = List.copyOf(parameters);
    tables = List.copyOf(tables);
  }

  /** The parts of a model. */
  public static ModelParts of(LanguageModel model) {
    ProgramBuilder b = new ProgramBuilder("parts");
    Params params = new Params(b, name -> false);
    TokenInputs tokens = TokenInputs.declare(b, 1, 1);
    ModelScope scope =
        new ModelScope(
            b.g(),
            params,
            new DenseLinears(),
            new PackedAttention(tokens.ids()),
            ForwardOptions.DEFAULT);
    model.hidden(scope, tokens);
    model.head(scope);
    return new ModelParts(params.specs(), params.tables());
  }

  /** The number of parameter elements. */
  public long elements() {
    return parameters.stream().mapToLong(p -> p.type().shape().elements()).sum();
  }
}
