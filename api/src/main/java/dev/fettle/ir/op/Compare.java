package dev.fettle.ir.op;

import dev.fettle.autodiff.VjpContext;
import dev.fettle.ir.DType;
import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Comparisons, and the choice made by one. */
public sealed interface Compare extends PrimitiveOp {

  /** What a {@link Comparison} asks. */
  enum Kind {
    LESS,
    EQUAL
  }

  /**
   * Compares two operands of one type, element by element; the result is BOOL. Comparisons with NaN
   * are false.
   *
   * @param kind what is asked
   */
  record Comparison(Kind kind) implements Compare {
    @Override
    public String name() {
      return kind.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public List<TensorType> infer(List<TensorType> in) {
      Check.arity(this, in, 2);
      Check.same(this, in);
      boolean ordered = kind == Kind.EQUAL || in.get(0).dtype() != DType.BOOL;
      Check.that(ordered, this, in, "takes numbers");
      return List.of(in.get(0).withDType(DType.BOOL));
    }

    @Override
    public List<Optional<Value>> vjp(VjpContext c) {
      return VjpContext.none(2);
    }
  }

  /** {@code select(condition, a, b)}: a where the condition holds, else b; all of one shape. */
  record Select() implements Compare {
    @Override
    public String name() {
      return "select";
    }

    @Override
    public List<TensorType> infer(List<TensorType> in) {
      Check.arity(this, in, 3);
      Check.dtype(this, in, 0, DType.BOOL);
      Check.shape(this, in, 0, in.get(1).shape());
      Check.same(this, in.subList(1, 3));
      return List.of(in.get(1));
    }

    @Override
    public List<Optional<Value>> vjp(VjpContext c) {
      GraphBuilder g = c.g();
      Value d = c.grad(0);
      Value zero = g.fill(0, d.type());
      return List.of(
          Optional.empty(),
          c.when(1, () -> g.select(c.in(0), d, zero)),
          c.when(2, () -> g.select(c.in(0), zero, d)));
    }
  }
}
