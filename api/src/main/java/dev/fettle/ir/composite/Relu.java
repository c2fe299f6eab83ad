package dev.fettle.ir.composite;

import dev.fettle.autodiff.VjpContext;
import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.ir.op.Check;
import dev.fettle.ir.op.CompositeOp;
import java.util.List;
import java.util.Optional;

/**
 * The rectifier {@code max(x, 0)}. Its gradient at 0 is 0, as torch's; that of {@code max} alone
 * would be one half there, as ties share it.
 */
public record Relu() implements CompositeOp {

  /** Appends a rectifier. */
  public static Value of(GraphBuilder g, Value x) {
    return g.emitOne(new Relu(), x);
  }

  @Override
  public String name() {
    return "Relu";
  }

  @Override
  public List<TensorType> infer(List<TensorType> in) {
    Check.arity(this, in, 1);
    Check.floats(this, in);
    return in;
  }

  @Override
  public boolean pointwise() {
    return true;
  }

  @Override
  public List<Value> decompose(GraphBuilder g, List<Value> in) {
    return List.of(g.max(in.get(0), g.fill(0, in.get(0).type())));
  }

  @Override
  public boolean hasVjp() {
    return true;
  }

  @Override
  public List<Optional<Value>> vjp(VjpContext c) {
    GraphBuilder g = c.g();
    Value zero = g.fill(0, c.out(0).type());
    return VjpContext.one(g.select(g.less(zero, c.out(0)), c.grad(0), zero));
  }
}
