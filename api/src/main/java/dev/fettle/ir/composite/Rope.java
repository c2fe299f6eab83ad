package dev.fettle.ir.composite;

import dev.fettle.autodiff.VjpContext;
import dev.fettle.ir.Dim;
import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.Shape;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.ir.op.Check;
import dev.fettle.ir.op.CompositeOp;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Rotary position embedding in the half-rotation layout of Hugging Face (Su et al., 2021): with x =
 * (a, b) halves of the last axis, the result is {@code (a cos - b sin, b cos + a sin)}. Operands
 * {@code x[batch, seq, heads, headDim], cos[batch, seq, half], sin[batch, seq, half]}.
 */
public record Rope() implements CompositeOp {

  /** Appends a rotation. */
  public static Value of(GraphBuilder g, Value x, Value cos, Value sin) {
    return g.emitOne(new Rope(), x, cos, sin);
  }

  @Override
  public String name() {
    return "Rope";
  }

  @Override
  public List<TensorType> infer(List<TensorType> in) {
    Check.arity(this, in, 3);
    Check.sameFloats(this, in);
    Shape x = in.get(0).shape();
    Check.that(x.rank() == 4 && x.size(-1) % 2 == 0, this, in, "x needs 4 axes, the last even");
    Shape half = Shape.of(x.dim(0), x.dim(1), new Dim("half", x.size(-1) / 2));
    Check.shape(this, in, 1, half);
    Check.shape(this, in, 2, half);
    return List.of(in.get(0));
  }

  @Override
  public List<Value> decompose(GraphBuilder g, List<Value> in) {
    Value x = in.get(0);
    Dim half = in.get(1).shape().dim(-1);
    List<Dim> dims = new ArrayList<>(x.shape().dims());
    dims.set(3, half);
    Shape part = new Shape(dims);
    Value a = g.sliceAxis(x, 3, 0, half);
    Value b = g.sliceAxis(x, 3, half.size(), half);
    Value cos = g.broadcast(in.get(1), part, List.of(0, 1, 3));
    Value sin = g.broadcast(in.get(2), part, List.of(0, 1, 3));
    Value first = g.sub(g.mul(a, cos), g.mul(b, sin));
    Value second = g.add(g.mul(b, cos), g.mul(a, sin));
    return List.of(g.reshape(g.concat(List.of(first, second), 3), x.shape()));
  }

  @Override
  public boolean hasVjp() {
    return true;
  }

  /** Rotating back is rotating by the negative angle; the tables are constants. */
  @Override
  public List<Optional<Value>> vjp(VjpContext c) {
    GraphBuilder g = c.g();
    Value d = of(g, c.grad(0), c.in(1), g.neg(c.in(2)));
    return List.of(Optional.of(d), Optional.empty(), Optional.empty());
  }
}
