package dev.fettle.models.lora;

import dev.fettle.ir.Dim;
import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.Value;
import dev.fettle.ir.composite.Linear;
import dev.fettle.models.ModelNames;
import dev.fettle.models.nn.Initializer;
import dev.fettle.models.nn.Initializer.FromBase;
import dev.fettle.models.nn.Initializer.Uniform;
import dev.fettle.models.nn.Linears;
import dev.fettle.models.nn.ModelScope;
import dev.fettle.models.nn.ParameterSpec;
import dev.fettle.models.nn.Source;
import java.util.function.UnaryOperator;

/**
 * Linear layers with low-rank matrices beside them (LoRA, Hu et al., 2021): {@code base(x) + scale
 * (x A^T) B^T}, A {@code [rank, in]} drawn as torch's Linear is, B {@code [out, rank]} of zeros.
 * Both lie so for GPT-2's Conv1D too, as in PEFT, and a fused projection has one pair.
 *
 * @param base the layers they stand beside, dense or quantised
 * @param config which, how wide, how strong
 * @param names of the model
 */
public record LoraLinears(Linears base, LoraConfig config, ModelNames names) implements Linears {

  @Override
  public Value apply(ModelScope scope, Spec spec, Value x) {
    Value y = base.apply(scope, spec, x);
    if (!config.adapts(spec.path())) {
      return y;
    }
    GraphBuilder g = scope.g();
    Dim in = x.shape().dim(1);
    Dim rank = new Dim("rank", config.rankOf(spec.path()));
    Value a =
        scope.params().adapter(LoraNames.a(spec.path()), Uniform.kaiming(in.size()), rank, in);
    Value b = scope.params().adapter(LoraNames.b(spec.path()), Initializer.ZEROS, spec.out(), rank);
    Linear layer = new Linear(true, scope.options().precision());
    // Scaled where it is narrow.
    Value narrow = g.scale(Linear.of(g, layer, x, a, null), config.scaleOf(spec.path()));
    return g.add(y, Linear.of(g, layer, narrow, b, null));
  }

  @Override
  public ParameterSpec standIn(ParameterSpec asked) {
    boolean saved =
        asked.source() == Source.BASE
            && LoraNames.modules(asked.name(), names).stream().anyMatch(config::saves);
    return saved
        ? new ParameterSpec(
            LoraNames.copy(asked.name()),
            asked.type(),
            new FromBase(asked, UnaryOperator.identity()),
            Source.ADAPTER)
        : asked;
  }

  @Override
  public Linears withoutAdapter() {
    return base.withoutAdapter();
  }
}
