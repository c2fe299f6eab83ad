package dev.fettle.models.nn;

import dev.fettle.ir.Dim;
import dev.fettle.ir.Value;
import dev.fettle.ir.composite.Linear;

/** Plain linear layers: a weight and maybe a bias. */
public final class DenseLinears implements Linears {

  @Override
  public Value apply(ModelScope scope, Spec spec, Value x) {
    Dim in = x.shape().dim(1);
    String name = spec.path() + ".weight";
    Value weight =
        spec.transposed()
            ? scope.params().weight(name, spec.fill(), spec.out(), in)
            : scope.params().weight(name, spec.fill(), in, spec.out());
    Value bias = spec.bias() ? scope.params().bias(spec.path() + ".bias", spec.out()) : null;
    Linear layer = new Linear(spec.transposed(), scope.options().precision());
    return Linear.of(scope.g(), layer, x, weight, bias);
  }
}
