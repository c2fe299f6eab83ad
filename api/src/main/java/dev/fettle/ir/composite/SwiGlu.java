package dev.fettle.ir.composite;

import dev.fettle.autodiff.VjpContext;
import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.ir.op.Check;
import dev.fettle.ir.op.CompositeOp;
import java.util.List;
import java.util.Optional;

/** The gated unit of Llama's feed-forward layer (Shazeer, 2020): {@code gate logistic(gate) up}. */
public record SwiGlu() implements CompositeOp {

  /** Appends a SwiGLU. */
  public static Value of(GraphBuilder g, Value gate, Value up) {
    return g.emitOne(new SwiGlu(), gate, up);
  }

  @Override
  public String name() {
    return "SwiGlu";
  }

  @Override
  public List<TensorType> infer(List<TensorType> in) {
    Check.arity(this, in, 2);
    Check.floats(this, in);
    Check.same(this, in);
    return List.of(in.get(0));
  }

  @Override
  public List<Value> decompose(GraphBuilder g, List<Value> in) {
    Value gate = in.get(0);
    return List.of(g.mul(g.mul(gate, g.logistic(gate)), in.get(1)));
  }

  @Override
  public boolean hasVjp() {
    return true;
  }

  @Override
  public List<Optional<Value>> vjp(VjpContext c) {
    List<Value> d = c.g().emit(new Grad(), List.of(c.in(0), c.in(1), c.grad(0)));
    return VjpContext.both(d.get(0), d.get(1));
  }

  /** The gradients for gate and up, from both and the gradient of the result. */
  public record Grad() implements CompositeOp {
    @Override
    public String name() {
      return "SwiGluGrad";
    }

    @Override
    public List<TensorType> infer(List<TensorType> in) {
      Check.arity(this, in, 3);
      Check.same(this, in);
      return List.of(in.get(0), in.get(0));
    }

    @Override
    public List<Value> decompose(GraphBuilder g, List<Value> in) {
      Value gate = in.get(0);
      Value d = in.get(2);
      Value s = g.logistic(gate);
      Value silu = g.mul(gate, s);
      // silu' = s + silu (1 - s)
      Value slope = g.add(s, g.mul(silu, g.oneMinus(s)));
      return List.of(g.mul(g.mul(d, in.get(1)), slope), g.mul(d, silu));
    }
  }
}
