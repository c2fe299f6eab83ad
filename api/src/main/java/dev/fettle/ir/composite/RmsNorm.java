package dev.fettle.ir.composite;

import dev.fettle.autodiff.VjpContext;
import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.Shape;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.ir.op.Check;
import dev.fettle.ir.op.CompositeOp;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Root-mean-square normalisation over the last axis (Zhang and Sennrich, 2019): {@code y = x rstd
 * gamma} with {@code rstd = 1 / sqrt(mean(x^2) + epsilon)}. Operands {@code x[..., n], gamma[n]};
 * results y and rstd, the latter of the shape of x without its last axis.
 *
 * @param epsilon added to the mean square
 */
public record RmsNorm(double epsilon) implements CompositeOp {

  /** Appends an RMS normalisation and gives y. */
  public static Value of(GraphBuilder g, Value x, Value gamma, double epsilon) {
    return g.emit(new RmsNorm(epsilon), List.of(x, gamma)).get(0);
  }

  @Override
  public String name() {
    return "RmsNorm";
  }

  @Override
  public List<TensorType> infer(List<TensorType> in) {
    Check.arity(this, in, 2);
    Check.sameFloats(this, in);
    Shape x = in.get(0).shape();
    Check.shape(this, in, 1, Shape.of(x.dim(-1)));
    return List.of(in.get(0), in.get(0).withShape(x.without(List.of(x.rank() - 1))));
  }

  @Override
  public List<Value> decompose(GraphBuilder g, List<Value> in) {
    Value x = in.get(0);
    Shape shape = x.shape();
    Value square = g.sum(g.mul(x, x), List.of(shape.rank() - 1));
    Value rstd = g.rsqrt(g.offset(g.scale(square, 1.0 / shape.size(-1)), epsilon));
    Value unit = g.mul(x, g.broadcastColumn(rstd, shape));
    return List.of(g.mul(unit, g.broadcastRow(in.get(1), shape)), rstd);
  }

  @Override
  public boolean hasVjp() {
    return true;
  }

  /** Flows through y only; rstd is a by-product. */
  @Override
  public List<Optional<Value>> vjp(VjpContext c) {
    c.refuseFrom(1, name(), 2);
    List<Value> d = c.g().emit(new Grad(), List.of(c.in(0), c.in(1), c.out(1), c.grad(0)));
    return d.stream().map(Optional::of).toList();
  }

  /** The gradients for x and gamma, from x, gamma, rstd and the gradient of y. */
  public record Grad() implements CompositeOp {
    @Override
    public String name() {
      return "RmsNormGrad";
    }

    @Override
    public List<TensorType> infer(List<TensorType> in) {
      Check.arity(this, in, 4);
      Check.sameFloats(this, in);
      Check.shape(this, in, 3, in.get(0).shape());
      return List.of(in.get(0), in.get(1));
    }

    @Override
    public List<Value> decompose(GraphBuilder g, List<Value> in) {
      Value x = in.get(0);
      Shape shape = x.shape();
      int rank = shape.rank();
      Value d = in.get(3);
      Value rstd = g.broadcastColumn(in.get(2), shape);
      Value unit = g.mul(x, rstd);
      Value scaled = g.mul(d, g.broadcastRow(in.get(1), shape));
      Value along = g.scale(g.sum(g.mul(scaled, unit), List.of(rank - 1)), 1.0 / shape.size(-1));
      Value inner = g.sub(scaled, g.mul(unit, g.broadcastColumn(along, shape)));
      List<Integer> rows = IntStream.range(0, rank - 1).boxed().toList();
      return List.of(g.mul(inner, rstd), g.sum(g.mul(d, unit), rows));
    }
  }
}
