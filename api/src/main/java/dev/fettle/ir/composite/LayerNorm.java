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
 * Layer normalisation over the last axis (Ba et al., 2016): {@code y = (x - mean) rstd gamma +
 * beta}, with the biased variance. Operands {@code x[..., n], gamma[n], beta[n]}; results y, mean
 * and rstd, the latter two of the shape of x without its last axis.
 *
 * @param epsilon added to the variance
 */
public record LayerNorm(double epsilon) implements CompositeOp {

  /** Appends a layer normalisation and gives y. */
  public static Value of(GraphBuilder g, Value x, Value gamma, Value beta, double epsilon) {
    return g.emit(new LayerNorm(epsilon), List.of(x, gamma, beta)).get(0);
  }

  @Override
  public String name() {
    return "LayerNorm";
  }

  @Override
  public List<TensorType> infer(List<TensorType> in) {
    Check.arity(this, in, 3);
    Check.sameFloats(this, in);
    Shape x = in.get(0).shape();
    Check.shape(this, in, 1, Shape.of(x.dim(-1)));
    Check.shape(this, in, 2, Shape.of(x.dim(-1)));
    TensorType row = in.get(0).withShape(x.without(List.of(x.rank() - 1)));
    return List.of(in.get(0), row, row);
  }

  @Override
  public List<Value> decompose(GraphBuilder g, List<Value> in) {
    Value x = in.get(0);
    Shape shape = x.shape();
    List<Integer> last = List.of(shape.rank() - 1);
    double n = shape.size(-1);
    Value mean = g.scale(g.sum(x, last), 1 / n);
    Value centered = g.sub(x, g.broadcastColumn(mean, shape));
    Value variance = g.scale(g.sum(g.mul(centered, centered), last), 1 / n);
    Value rstd = g.rsqrt(g.offset(variance, epsilon));
    Value unit = g.mul(centered, g.broadcastColumn(rstd, shape));
    Value y =
        g.add(g.mul(unit, g.broadcastRow(in.get(1), shape)), g.broadcastRow(in.get(2), shape));
    return List.of(y, mean, rstd);
  }

  @Override
  public boolean hasVjp() {
    return true;
  }

  /** Flows through y only; mean and rstd are by-products. */
  @Override
  public List<Optional<Value>> vjp(VjpContext c) {
    c.refuseFrom(1, name(), 3);
    List<Value> d =
        c.g().emit(new Grad(), List.of(c.in(0), c.in(1), c.out(1), c.out(2), c.grad(0)));
    return d.stream().map(Optional::of).toList();
  }

  /** The gradients for x, gamma and beta, from x, gamma, mean, rstd and the gradient of y. */
  public record Grad() implements CompositeOp {
    @Override
    public String name() {
      return "LayerNormGrad";
    }

    @Override
    public List<TensorType> infer(List<TensorType> in) {
      Check.arity(this, in, 5);
      Check.sameFloats(this, in);
      Check.shape(this, in, 4, in.get(0).shape());
      return List.of(in.get(0), in.get(1), in.get(1));
    }

    @Override
    public List<Value> decompose(GraphBuilder g, List<Value> in) {
      Value x = in.get(0);
      Shape shape = x.shape();
      int rank = shape.rank();
      Value d = in.get(4);
      Value rstd = g.broadcastColumn(in.get(3), shape);
      Value unit = g.mul(g.sub(x, g.broadcastColumn(in.get(2), shape)), rstd);
      List<Integer> rows = IntStream.range(0, rank - 1).boxed().toList();
      List<Integer> last = List.of(rank - 1);
      Value scaled = g.mul(d, g.broadcastRow(in.get(1), shape));
      double n = shape.size(-1);
      Value mean = g.scale(g.sum(scaled, last), 1 / n);
      Value along = g.scale(g.sum(g.mul(scaled, unit), last), 1 / n);
      Value inner =
          g.sub(
              g.sub(scaled, g.broadcastColumn(mean, shape)),
              g.mul(unit, g.broadcastColumn(along, shape)));
      return List.of(g.mul(inner, rstd), g.sum(g.mul(d, unit), rows), g.sum(d, rows));
    }
  }
}
