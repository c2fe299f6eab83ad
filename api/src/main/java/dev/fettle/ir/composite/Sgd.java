package dev.fettle.ir.composite;

import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.Shape;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.ir.op.Check;
import java.util.List;

/**
 * One step of stochastic gradient descent, as torch computes it. Operands: parameter, gradient and,
 * with momentum, velocity of one shape, then the scalars learning rate and gradient scale (from
 * clipping). Results: the new parameter and, with momentum, velocity. The velocity starts as zeros,
 * which gives torch's first step.
 *
 * <pre>
 * g' = g scale + decay p;  u' = momentum u + g';  p' = p - lr u'
 * </pre>
 *
 * @param momentum decay of the velocity; 0 for none, then nothing is kept
 * @param weightDecay coupled decay
 */
public record Sgd(double momentum, double weightDecay) implements FusedUpdate {

  @Override
  public String name() {
    return "Sgd";
  }

  @Override
  public List<TensorType> infer(List<TensorType> in) {
    Check.arity(this, in, tensors() + 2);
    Check.sameFloats(this, in);
    Check.same(this, in.subList(0, tensors()));
    Check.shape(this, in, tensors(), Shape.SCALAR);
    Check.shape(this, in, tensors() + 1, Shape.SCALAR);
    return in.subList(0, tensors() - 1);
  }

  @Override
  public int tensors() {
    return momentum == 0 ? 2 : 3;
  }

  @Override
  public int operandOf(int result) {
    return result == 0 ? 0 : 2;
  }

  @Override
  public List<Value> decompose(GraphBuilder g, List<Value> in) {
    Value p = in.get(0);
    Value lr = in.get(tensors());
    Value scaled = g.scaleBy(in.get(1), in.get(tensors() + 1));
    Value grad = weightDecay == 0 ? scaled : g.add(scaled, g.scale(p, weightDecay));
    if (momentum == 0) {
      return List.of(g.sub(p, g.scaleBy(grad, lr)));
    }
    Value velocity = g.add(g.scale(in.get(2), momentum), grad);
    return List.of(g.sub(p, g.scaleBy(velocity, lr)), velocity);
  }

  /** Blocks are parameter, gradient and, with momentum, velocity. */
  @Override
  public BlockRule rule(float[] scalars) {
    float lr = scalars[0];
    float scale = scalars[1];
    float keep = (float) momentum;
    float decay = (float) weightDecay;
    if (momentum == 0) {
      return (blocks, n) -> {
        float[] p = blocks[0];
        float[] g = blocks[1];
        for (int i = 0; i < n; i++) {
          p[i] -= (g[i] * scale + p[i] * decay) * lr;
        }
      };
    }
    return (blocks, n) -> {
      float[] p = blocks[0];
      float[] g = blocks[1];
      float[] u = blocks[2];
      for (int i = 0; i < n; i++) {
        u[i] = u[i] * keep + (g[i] * scale + p[i] * decay);
        p[i] -= u[i] * lr;
      }
    };
  }
}
