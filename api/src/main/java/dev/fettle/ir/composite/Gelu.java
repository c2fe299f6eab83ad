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
 * The Gaussian error linear unit (Hendrycks and Gimpel, 2016).
 *
 * @param form exact, or the tanh approximation GPT-2 uses
 */
public record Gelu(Form form) implements CompositeOp {
  private static final double SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);
  private static final double CUBIC = 0.044715;

  /** Which formula. */
  public enum Form {
    /** {@code x Phi(x)}, by erf: Hugging Face's {@code gelu}. */
    EXACT,
    /** {@code x logistic(2 u)} with u as below: Hugging Face's {@code gelu_new}. */
    TANH
  }

  /** Appends a GELU. */
  public static Value of(GraphBuilder g, Value x, Form form) {
    return g.emitOne(new Gelu(form), x);
  }

  @Override
  public String name() {
    return "Gelu";
  }

  @Override
  public List<TensorType> infer(List<TensorType> in) {
    Check.arity(this, in, 1);
    Check.floats(this, in);
    return in;
  }

  @Override
  public List<Value> decompose(GraphBuilder g, List<Value> in) {
    return List.of(g.mul(in.get(0), weight(g, in.get(0), form)));
  }

  /** What x is multiplied by: Phi(x), or logistic(2u), which equals (1 + tanh(u)) / 2. */
  private static Value weight(GraphBuilder g, Value x, Form form) {
    if (form == Form.EXACT) {
      return g.scale(g.offset(g.erf(g.scale(x, Math.sqrt(0.5))), 1), 0.5);
    }
    // 2u = 2 sqrt(2/pi) (x + 0.044715 x^3)
    Value poly = g.offset(g.scale(g.mul(x, x), 2 * SQRT_2_OVER_PI * CUBIC), 2 * SQRT_2_OVER_PI);
    return g.logistic(g.mul(x, poly));
  }

  @Override
  public boolean hasVjp() {
    return true;
  }

  @Override
  public List<Optional<Value>> vjp(VjpContext c) {
    return VjpContext.one(c.g().emitOne(new Grad(form), c.in(0), c.grad(0)));
  }

  /**
   * The gradient, from x and the gradient of y.
   *
   * @param form which formula
   */
  public record Grad(Form form) implements CompositeOp {
    @Override
    public String name() {
      return "GeluGrad";
    }

    @Override
    public List<TensorType> infer(List<TensorType> in) {
      Check.arity(this, in, 2);
      Check.same(this, in);
      return List.of(in.get(0));
    }

    @Override
    public List<Value> decompose(GraphBuilder g, List<Value> in) {
      Value x = in.get(0);
      Value w = weight(g, x, form);
      Value slope;
      if (form == Form.EXACT) {
        Value bell = g.exp(g.scale(g.mul(x, x), -0.5));
        slope = g.add(w, g.mul(x, g.scale(bell, 1 / Math.sqrt(2 * Math.PI))));
      } else {
        // w + x w (1 - w) d(2u)/dx
        Value inner =
            g.offset(g.scale(g.mul(x, x), 6 * SQRT_2_OVER_PI * CUBIC), 2 * SQRT_2_OVER_PI);
        slope = g.add(w, g.mul(g.mul(x, inner), g.mul(w, g.oneMinus(w))));
      }
      return List.of(g.mul(in.get(1), slope));
    }
  }
}
