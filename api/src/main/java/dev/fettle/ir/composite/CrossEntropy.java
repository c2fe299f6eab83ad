package dev.fettle.ir.composite;

import dev.fettle.autodiff.VjpContext;
import dev.fettle.ir.DType;
import dev.fettle.ir.Dim;
import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.Shape;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.ir.op.Check;
import dev.fettle.ir.op.CompositeOp;
import java.util.List;
import java.util.Optional;

/**
 * Negative log-likelihood of one class a row: operands {@code logits[tokens, vocab], targets
 * I32[tokens]}; results {@code nll[tokens] = logsumexp(logits) - logits[target]} and {@code
 * residual[tokens, vocab] = softmax(logits) - onehot(target)}, which is its gradient. A backend
 * that has both from one kernel gives both; the residual is dropped where nobody reads it.
 */
public record CrossEntropy() implements CompositeOp {

  /** Appends a cross-entropy; gives nll and residual. */
  public static List<Value> of(GraphBuilder g, Value logits, Value targets) {
    return g.emit(new CrossEntropy(), List.of(logits, targets));
  }

  @Override
  public String name() {
    return "CrossEntropy";
  }

  @Override
  public List<TensorType> infer(List<TensorType> in) {
    Check.arity(this, in, 2);
    Check.that(
        in.get(0).rank() == 2 && in.get(0).dtype().isFloat(), this, in, "takes logits[n, v]");
    Check.dtype(this, in, 1, DType.I32);
    Check.shape(this, in, 1, Shape.of(in.get(0).shape().dim(0)));
    return List.of(in.get(1).withDType(in.get(0).dtype()), in.get(0));
  }

  @Override
  public List<Value> decompose(GraphBuilder g, List<Value> in) {
    Value x = in.get(0);
    Shape shape = x.shape();
    Value max = g.stopGradient(g.reduceMax(x, List.of(1)));
    Value shifted = g.sub(x, g.broadcastColumn(max, shape));
    Value e = g.exp(shifted);
    Value total = g.sum(e, List.of(1));
    Value index = g.reshape(in.get(1), shape.dim(0), new Dim("one", 1));
    Value picked = g.reshape(g.takeAlong(shifted, index, 1), shape.dim(0));
    Value nll = g.sub(g.log(total), picked);
    Value classes = g.iota(new TensorType(DType.I32, shape), 1);
    Value hit = g.equal(classes, g.broadcastColumn(in.get(1), shape));
    Value softmax = g.div(e, g.broadcastColumn(total, shape));
    return List.of(nll, g.sub(softmax, g.cast(hit, x.dtype())));
  }

  @Override
  public boolean hasVjp() {
    return true;
  }

  /** Flows through nll only; the residual is a by-product. */
  @Override
  public List<Optional<Value>> vjp(VjpContext c) {
    c.refuseFrom(1, name(), 2);
    GraphBuilder g = c.g();
    Value d = g.mul(c.out(1), g.broadcastColumn(c.grad(0), c.out(1).shape()));
    return List.of(Optional.of(d), Optional.empty());
  }
}
