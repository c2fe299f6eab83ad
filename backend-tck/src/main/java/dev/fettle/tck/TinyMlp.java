package dev.fettle.tck;

import static dev.fettle.ir.Dim.dim;

import dev.fettle.ir.DType;
import dev.fettle.ir.Dim;
import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.ir.composite.Gelu;
import dev.fettle.ir.composite.Linear;
import dev.fettle.ir.op.Linalg.Precision;
import dev.fettle.spi.HostTensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.function.Supplier;

/** Regression by two layers. */
final class TinyMlp implements TinyModel {
  private static final Dim IN = dim("in", 3);
  private static final Dim MLP = dim("mlp", 8);
  private static final Dim OUT = dim("out", 2);

  @Override
  public Map<String, TensorType> parameters(DType floats) {
    Map<String, TensorType> p = new LinkedHashMap<>();
    p.put("up", TensorType.of(floats, MLP, IN));
    p.put("up.bias", TensorType.of(floats, MLP));
    p.put("down", TensorType.of(floats, OUT, MLP));
    p.put("down.bias", TensorType.of(floats, OUT));
    return p;
  }

  @Override
  public Map<String, TensorType> inputs(DType floats, int batch) {
    Map<String, TensorType> in = new LinkedHashMap<>();
    in.put("x", TensorType.of(floats, dim("batch", batch), IN));
    in.put("y", TensorType.of(floats, dim("batch", batch), OUT));
    return in;
  }

  @Override
  public Value loss(GraphBuilder g, Function<String, Value> v, boolean recompute) {
    Linear layer = new Linear(true, Precision.FULL);
    Value x = v.apply("x");
    Supplier<Value> body =
        () -> Gelu.of(g, Linear.of(g, layer, x, v.apply("up"), v.apply("up.bias")), Gelu.Form.TANH);
    Value h = recompute ? g.recomputed("mlp", body) : body.get();
    Value y = Linear.of(g, layer, h, v.apply("down"), v.apply("down.bias"));
    Value error = g.sub(y, v.apply("y"));
    return g.sumAll(g.mul(error, error));
  }

  @Override
  public Map<String, HostTensor> batch(DType floats, int batch, int first) {
    Map<String, HostTensor> made = new LinkedHashMap<>();
    inputs(floats, batch).forEach((name, type) -> made.put(name, HostTensor.allocate(type)));
    for (int row = 0; row < batch; row++) {
      SplittableRandom random = new SplittableRandom(100 + first + row);
      double sum = 0;
      for (int i = 0; i < IN.size(); i++) {
        float value = (float) random.nextGaussian();
        sum += value;
        Maps.get(made, "x").set(row * IN.size() + i, value);
      }
      Maps.get(made, "y").set(row * OUT.size(), (float) Math.sin(sum));
      Maps.get(made, "y").set(row * OUT.size() + 1, (float) (0.5 * sum));
    }
    return made;
  }
}
