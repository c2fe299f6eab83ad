package dev.fettle.ir.composite;

import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.Shape;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.ir.op.Check;
import java.util.List;

/**
 * One step of AdamW (Loshchilov and Hutter, 2019), as torch computes it. Operands: parameter,
 * gradient, first and second moment of one shape, then the scalars learning rate, gradient scale
 * (from clipping), {@code 1 - beta1^t} and {@code 1 - beta2^t}. Results: the new parameter and
 * moments.
 *
 * <pre>
 * g' = g scale;  p' = p (1 - lr decay);  m' = beta1 m + (1 - beta1) g';  v' = beta2 v + (1 - beta2) g'^2
 * p'' = p' - lr / c1 * m' / (sqrt(v') / sqrt(c2) + epsilon)
 * </pre>
 *
 * @param beta1 decay of the first moment
 * @param beta2 decay of the second moment
 * @param epsilon added to the denominator
 * @param weightDecay decoupled decay
 */
public record AdamW(double beta1, double beta2, double epsilon, double weightDecay)
    implements FusedUpdate {
  private static final int TENSORS = 4;

  @Override
  public String name() {
    return "AdamW";
  }

  @Override
  public List<TensorType> infer(List<TensorType> in) {
    Check.arity(this, in, 8);
    Check.sameFloats(this, in);
    Check.same(this, in.subList(0, TENSORS));
    for (int i = TENSORS; i < 8; i++) {
      Check.shape(this, in, i, Shape.SCALAR);
    }
    return List.of(in.get(0), in.get(0), in.get(0));
  }

  @Override
  public int tensors() {
    return TENSORS;
  }

  @Override
  public int operandOf(int result) {
    return result == 0 ? 0 : result + 1;
  }

  @Override
  public List<Value> decompose(GraphBuilder g, List<Value> in) {
    Value p = in.get(0);
    Value lr = in.get(4);
    Value grad = g.scaleBy(in.get(1), in.get(5));
    Value m = g.add(g.scale(in.get(2), beta1), g.scale(grad, 1 - beta1));
    Value v = g.add(g.scale(in.get(3), beta2), g.scale(g.mul(grad, grad), 1 - beta2));
    Value root = g.scaleBy(g.sqrt(v), g.rsqrt(in.get(7)));
    Value update = g.div(g.scaleBy(m, g.div(lr, in.get(6))), g.offset(root, epsilon));
    Value decayed = weightDecay == 0 ? p : g.scaleBy(p, g.oneMinus(g.scale(lr, weightDecay)));
    return List.of(g.sub(decayed, update), m, v);
  }

  /** Blocks are parameter, gradient, first and second moment. */
  @Override
  public BlockRule rule(float[] scalars) {
    float lr = scalars[0];
    float scale = scalars[1];
    float rate = lr / scalars[2];
    float root = 1 / (float) Math.sqrt(scalars[3]);
    float kept = 1 - lr * (float) weightDecay;
    float keep1 = (float) beta1;
    float rest1 = (float) (1 - beta1);
    float keep2 = (float) beta2;
    float rest2 = (float) (1 - beta2);
    float smallest = (float) epsilon;
    return (blocks, n) -> {
      float[] p = blocks[0];
      float[] g = blocks[1];
      float[] m = blocks[2];
      float[] v = blocks[3];
      // Plain, over arrays and locals, so that the JIT compiler vectorises it.
      for (int i = 0; i < n; i++) {
        float d = g[i] * scale;
        float m1 = m[i] * keep1 + d * rest1;
        float v1 = v[i] * keep2 + d * d * rest2;
        m[i] = m1;
        v[i] = v1;
        p[i] = p[i] * kept - m1 * rate / ((float) Math.sqrt(v1) * root + smallest);
      }
    };
  }
}
