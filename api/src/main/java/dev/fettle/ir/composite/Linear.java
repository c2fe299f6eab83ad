package dev.fettle.ir.composite;

import dev.fettle.autodiff.VjpContext;
import dev.fettle.ir.Dim;
import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.Shape;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.ir.op.Check;
import dev.fettle.ir.op.CompositeOp;
import dev.fettle.ir.op.Linalg.Precision;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * {@code x W (+ b)} on rows: operands {@code x[tokens, in]}, the weight and, if there is one, a
 * bias {@code b[out]}; result {@code [tokens, out]}.
 *
 * @param transposed true for a weight {@code [out, in]} (torch's Linear), false for {@code [in,
 *     out]} (GPT-2's Conv1D)
 * @param precision how products are rounded, forwards and backwards
 */
public record Linear(boolean transposed, Precision precision) implements CompositeOp {

  /** Appends a linear layer; the bias may be null. */
  public static Value of(
      GraphBuilder g, Linear layer, Value x, Value weight, @Nullable Value bias) {
    List<Value> in = bias == null ? List.of(x, weight) : List.of(x, weight, bias);
    return g.emit(layer, in).get(0);
  }

  @Override
  public String name() {
    return "Linear";
  }

  @Override
  public List<TensorType> infer(List<TensorType> in) {
    Check.that(in.size() == 2 || in.size() == 3, this, in, "takes x, weight and maybe a bias");
    Check.sameFloats(this, in);
    Shape x = in.get(0).shape();
    Shape w = in.get(1).shape();
    Check.that(x.rank() == 2 && w.rank() == 2, this, in, "x and weight need 2 axes");
    Dim inside = w.dim(transposed ? 1 : 0);
    Dim out = w.dim(transposed ? 0 : 1);
    Check.that(x.dim(1).equals(inside), this, in, "contracts " + x.dim(1) + " with " + inside);
    if (in.size() == 3) {
      Check.shape(this, in, 2, Shape.of(out));
    }
    return List.of(in.get(0).withShape(Shape.of(x.dim(0), out)));
  }

  @Override
  public List<Value> decompose(GraphBuilder g, List<Value> in) {
    Value y = g.matmul(in.get(0), in.get(1), false, transposed, precision);
    return List.of(in.size() == 2 ? y : g.add(y, g.broadcastRow(in.get(2), y.shape())));
  }

  @Override
  public boolean hasVjp() {
    return true;
  }

  @Override
  public List<Optional<Value>> vjp(VjpContext c) {
    GraphBuilder g = c.g();
    Value d = c.grad(0);
    List<Optional<Value>> grads = new ArrayList<>();
    grads.add(c.when(0, () -> g.matmul(d, c.in(1), false, !transposed, precision)));
    grads.add(
        c.when(
            1,
            () ->
                transposed
                    ? g.matmul(d, c.in(0), true, false, precision)
                    : g.matmul(c.in(0), d, true, false, precision)));
    if (c.arity() == 3) {
      grads.add(c.when(2, () -> g.sum(d, List.of(0))));
    }
    return grads;
  }
}
