package dev.fettle.ir.composite;

import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.Shape;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.ir.op.Check;
import dev.fettle.ir.op.CompositeOp;
import java.util.List;

/**
 * One step of stochastic gradient descent with momentum, as torch computes it. Operands: parameter,
 * gradient and velocity of one shape, then the scalars learning rate and gradient scale (from
 * clipping). Results: the new parameter and velocity. The velocity starts as zeros, which gives
 * torch's first step.
 *
 * <pre>
 * g' = g scale + decay p;  u' = momentum u + g';  p' = p - lr u'
 * </pre>
 *
 * @param momentum decay of the velocity; 0 for none
 * @param weightDecay coupled decay
 */
public record Sgd(double momentum, double weightDecay) implements CompositeOp {

  @Override
  public String name() {
    return "Sgd";
  }

  @Override
  public List<TensorType> infer(List<TensorType> in) {
    Check.arity(this, in, 5);
    Check.sameFloats(this, in);
    Check.same(this, in.subList(0, 3));
    Check.shape(this, in, 3, Shape.SCALAR);
    Check.shape(this, in, 4, Shape.SCALAR);
    return List.of(in.get(0), in.get(0));
  }

  @Override
  public boolean pointwise() {
    return true;
  }

  @Override
  public List<Value> decompose(GraphBuilder g, List<Value> in) {
    Value p = in.get(0);
    Value scaled = g.scaleBy(in.get(1), in.get(4));
    Value grad = weightDecay == 0 ? scaled : g.add(scaled, g.scale(p, weightDecay));
    Value velocity = momentum == 0 ? grad : g.add(g.scale(in.get(2), momentum), grad);
    return List.of(g.sub(p, g.scaleBy(velocity, in.get(3))), velocity);
  }
}
