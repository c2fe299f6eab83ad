package dev.fettle.train;

import dev.fettle.ir.Value;
import dev.fettle.models.nn.Initializer;
import dev.fettle.models.nn.Linears;
import dev.fettle.models.nn.ModelScope;

/** The simplest adapter there is: a bias of its own on each layer. */
record Biased(Linears base) implements Linears {

  @Override
  public Value apply(ModelScope scope, Spec spec, Value x) {
    Value y = base.apply(scope, spec, x);
    Value bias =
        scope
            .params()
            .adapter(spec.path() + ".adapter.bias", new Initializer.Uniform(1), spec.out());
    return scope.g().add(y, scope.g().broadcastRow(bias, y.shape()));
  }

  @Override
  public Linears withoutAdapter() {
    return base.withoutAdapter();
  }
}
