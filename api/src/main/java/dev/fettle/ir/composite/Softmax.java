package dev.fettle.ir.composite;

import dev.fettle.autodiff.VjpContext;
import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.ir.op.Check;
import dev.fettle.ir.op.CompositeOp;
import java.util.List;
import java.util.Optional;

/** {@code e^(x - max) / sum e^(x - max)} along the last axis. */
public record Softmax() implements CompositeOp {

  /** Appends a softmax over the last axis. */
  public static Value of(GraphBuilder g, Value x) {
    return g.emitOne(new Softmax(), x);
  }

  @Override
  public String name() {
    return "Softmax";
  }

  @Override
  public List<TensorType> infer(List<TensorType> in) {
    Check.arity(this, in, 1);
    Check.floats(this, in);
    Check.that(in.get(0).rank() >= 1, this, in, "needs an axis");
    return in;
  }

  @Override
  public List<Value> decompose(GraphBuilder g, List<Value> in) {
    Value x = in.get(0);
    List<Integer> last = List.of(x.shape().rank() - 1);
    Value max = g.stopGradient(g.reduceMax(x, last));
    Value e = g.exp(g.sub(x, g.broadcastColumn(max, x.shape())));
    return List.of(g.div(e, g.broadcastColumn(g.sum(e, last), x.shape())));
  }

  @Override
  public boolean hasVjp() {
    return true;
  }

  @Override
  public List<Optional<Value>> vjp(VjpContext c) {
    return VjpContext.one(c.g().emitOne(new Grad(), c.out(0), c.grad(0)));
  }

  /** {@code y (d - sum(d y))}: the gradient, from the result y and its gradient d. */
  public record Grad() implements CompositeOp {
    @Override
    public String name() {
      return "SoftmaxGrad";
    }

    @Override
    public List<TensorType> infer(List<TensorType> in) {
      Check.arity(this, in, 2);
      Check.same(this, in);
      return List.of(in.get(0));
    }

    @Override
    public List<Value> decompose(GraphBuilder g, List<Value> in) {
      Value y = in.get(0);
      Value d = in.get(1);
      Value dot = g.sum(g.mul(d, y), List.of(y.shape().rank() - 1));
      return List.of(g.mul(y, g.sub(d, g.broadcastColumn(dot, y.shape()))));
    }
  }
}
