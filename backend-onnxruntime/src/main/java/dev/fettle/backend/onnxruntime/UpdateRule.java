package dev.fettle.backend.onnxruntime;

import dev.fettle.ir.composite.AdamW;
import dev.fettle.ir.composite.Sgd;
import dev.fettle.ir.op.CompositeOp;

/**
 * An optimizer's arithmetic on blocks of floats, as the composite's decomposition does it. The
 * loops are plain, over arrays, so that the JIT compiler vectorises them.
 */
interface UpdateRule {

  /** The number of leading operands that are tensors; the others are scalars. */
  int tensors();

  /** Which tensor operand is overwritten by result {@code i}. */
  int operandOf(int result);

  /** Updates the first {@code n} elements of each block in place. */
  void apply(float[][] blocks, int n);

  /** The rule of a composite for the scalars of this run. */
  static UpdateRule of(CompositeOp op, float[] scalars) {
    if (op instanceof AdamW adam) {
      return new AdamWRule(adam, scalars);
    }
    if (op instanceof Sgd sgd) {
      return new SgdRule(sgd, scalars);
    }
    throw new IllegalArgumentException("no host rule for " + op.name());
  }

  /** See {@link AdamW}: blocks are parameter, gradient, first and second moment. */
  final class AdamWRule implements UpdateRule {
    private final float beta1;
    private final float rest1;
    private final float beta2;
    private final float rest2;
    private final float epsilon;
    private final float scale;
    private final float rate;
    private final float root;
    private final float kept;

    AdamWRule(AdamW op, float[] scalars) {
      float lr = scalars[0];
      beta1 = (float) op.beta1();
      rest1 = (float) (1 - op.beta1());
      beta2 = (float) op.beta2();
      rest2 = (float) (1 - op.beta2());
      epsilon = (float) op.epsilon();
      scale = scalars[1];
      rate = lr / scalars[2];
      root = 1 / (float) Math.sqrt(scalars[3]);
      kept = 1 - lr * (float) op.weightDecay();
    }

    @Override
    public int tensors() {
      return AdamW.TENSORS;
    }

    @Override
    public int operandOf(int result) {
      return result == 0 ? 0 : result + 1;
    }

    @Override
    public void apply(float[][] blocks, int n) {
      float[] p = blocks[0];
      float[] g = blocks[1];
      float[] m = blocks[2];
      float[] v = blocks[3];
      for (int i = 0; i < n; i++) {
        float d = g[i] * scale;
        float m1 = m[i] * beta1 + d * rest1;
        float v1 = v[i] * beta2 + d * d * rest2;
        m[i] = m1;
        v[i] = v1;
        p[i] = p[i] * kept - m1 * rate / ((float) Math.sqrt(v1) * root + epsilon);
      }
    }
  }

  /** See {@link Sgd}: blocks are parameter, gradient and velocity. */
  final class SgdRule implements UpdateRule {
    private final float momentum;
    private final float decay;
    private final float lr;
    private final float scale;

    SgdRule(Sgd op, float[] scalars) {
      momentum = (float) op.momentum();
      decay = (float) op.weightDecay();
      lr = scalars[0];
      scale = scalars[1];
    }

    @Override
    public int tensors() {
      return 3;
    }

    @Override
    public int operandOf(int result) {
      return result == 0 ? 0 : 2;
    }

    @Override
    public void apply(float[][] blocks, int n) {
      float[] p = blocks[0];
      float[] g = blocks[1];
      float[] u = blocks[2];
      if (momentum == 0) {
        for (int i = 0; i < n; i++) {
          u[i] = g[i] * scale + p[i] * decay;
          p[i] -= u[i] * lr;
        }
        return;
      }
      for (int i = 0; i < n; i++) {
        u[i] = u[i] * momentum + (g[i] * scale + p[i] * decay);
        p[i] -= u[i] * lr;
      }
    }
  }
}
