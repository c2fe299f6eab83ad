package dev.fettle.train;

import dev.fettle.ir.DType;
import dev.fettle.ir.Dim;
import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.ir.composite.Linear;
import dev.fettle.models.nn.Initializer;
import dev.fettle.models.nn.Initializer.FromBase;
import dev.fettle.models.nn.Linears;
import dev.fettle.models.nn.ModelScope;
import dev.fettle.models.nn.ParameterSpec;
import dev.fettle.models.nn.Source;
import dev.fettle.spi.HostTensor;
import org.jspecify.annotations.Nullable;

/**
 * Linear layers over 8-bit weights: what quantisation will look like, written outside the main
 * sources. The F32 weight is never on the device, only its codes and the scale of each row.
 */
final class EightBit implements Linears {
  private static final int MIDDLE = 128;

  @Override
  public Value apply(ModelScope scope, Spec spec, Value x) {
    GraphBuilder g = scope.g();
    Dim in = x.shape().dim(1);
    TensorType type =
        spec.transposed()
            ? TensorType.of(DType.F32, spec.out(), in)
            : TensorType.of(DType.F32, in, spec.out());
    ParameterSpec weight =
        new ParameterSpec(spec.path() + ".weight", type, Initializer.NORMAL, Source.BASE);
    Value codes =
        scope
            .params()
            .constant(
                spec.path() + ".codes",
                type.withDType(DType.U8),
                new FromBase(weight, EightBit::codes));
    Value scales =
        scope
            .params()
            .constant(
                spec.path() + ".scales",
                TensorType.of(DType.F32, type.shape().dim(0)),
                new FromBase(weight, EightBit::scales));
    Value centred = g.sub(g.cast(codes, DType.F32), g.fill(MIDDLE, type));
    Value dense = g.mul(centred, g.broadcastColumn(scales, type.shape()));
    @Nullable Value bias =
        spec.bias() ? scope.params().bias(spec.path() + ".bias", spec.out()) : null;
    Linear layer = new Linear(spec.transposed(), scope.options().precision());
    return Linear.of(g, layer, x, dense, bias);
  }

  private static HostTensor scales(HostTensor weight) {
    int rows = (int) weight.sizes()[0];
    int columns = (int) weight.sizes()[1];
    float[] scales = new float[rows];
    for (int i = 0; i < rows * columns; i++) {
      float size = (float) Math.abs(weight.get(i)) / (MIDDLE - 1);
      scales[i / columns] = Math.max(scales[i / columns], size);
    }
    return HostTensor.ofFloats(scales, rows);
  }

  private static HostTensor codes(HostTensor weight) {
    HostTensor scales = scales(weight);
    long columns = weight.sizes()[1];
    HostTensor codes = HostTensor.allocate(DType.U8, weight.sizes());
    for (long i = 0; i < weight.elements(); i++) {
      codes.set(i, Math.rint(weight.get(i) / scales.get(i / columns)) + MIDDLE);
    }
    return codes;
  }
}
