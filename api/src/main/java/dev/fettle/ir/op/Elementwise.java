package dev.fettle.ir.op;

import dev.fettle.autodiff.VjpContext;
import dev.fettle.ir.DType;
import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Operations that treat every element by itself. Operands have one and the same type. */
public sealed interface Elementwise extends PrimitiveOp {

  /** What a {@link Unary} computes. */
  enum UnaryKind {
    NEG,
    ABS,
    EXP,
    LOG,
    SQRT,
    RSQRT,
    TANH,
    LOGISTIC,
    ERF,
    FLOOR,
    /** 1 where the element is neither infinite nor NaN; the result is BOOL. */
    IS_FINITE,
    /** Logical negation of BOOL. */
    NOT
  }

  /** What a {@link Binary} computes. */
  enum BinaryKind {
    ADD,
    SUB,
    MUL,
    /** Integers are cut off toward zero; dividing them by zero is an error or undefined. */
    DIV,
    MAX,
    MIN,
    POW,
    AND,
    OR,
    /** The remainder with the sign of the dividend, as Java's {@code %}. */
    MOD
  }

  /**
   * One operand.
   *
   * @param kind what is computed
   */
  record Unary(UnaryKind kind) implements Elementwise {
    @Override
    public String name() {
      return kind == UnaryKind.IS_FINITE ? "isFinite" : kind.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public List<TensorType> infer(List<TensorType> in) {
      Check.arity(this, in, 1);
      if (kind == UnaryKind.NOT) {
        Check.dtype(this, in, 0, DType.BOOL);
        return in;
      }
      if (kind == UnaryKind.IS_FINITE) {
        Check.floats(this, in);
        return List.of(in.get(0).withDType(DType.BOOL));
      }
      boolean integral = kind == UnaryKind.NEG || kind == UnaryKind.ABS;
      Check.that(
          in.get(0).dtype().isFloat() || (integral && in.get(0).dtype().isInt()),
          this,
          in,
          "takes a float operand" + (integral ? " or an integer one" : ""));
      return in;
    }

    @Override
    public List<Optional<Value>> vjp(VjpContext c) {
      GraphBuilder g = c.g();
      return switch (kind) {
        case NEG -> VjpContext.one(g.neg(c.grad(0)));
        case ABS -> {
          Value x = c.in(0);
          Value zero = g.fill(0, x.type());
          Value signed = g.select(g.less(x, zero), g.neg(c.grad(0)), c.grad(0));
          yield VjpContext.one(g.select(g.equal(x, zero), zero, signed));
        }
        case EXP -> VjpContext.one(g.mul(c.grad(0), c.out(0)));
        case LOG -> VjpContext.one(g.div(c.grad(0), c.in(0)));
        case SQRT -> VjpContext.one(g.div(g.scale(c.grad(0), 0.5), c.out(0)));
        case RSQRT -> {
          Value y = c.out(0);
          yield VjpContext.one(g.mul(g.scale(c.grad(0), -0.5), g.mul(y, g.mul(y, y))));
        }
        case TANH -> VjpContext.one(g.mul(c.grad(0), g.oneMinus(g.mul(c.out(0), c.out(0)))));
        case LOGISTIC -> VjpContext.one(g.mul(c.grad(0), g.mul(c.out(0), g.oneMinus(c.out(0)))));
        case ERF -> {
          Value x = c.in(0);
          Value bell = g.exp(g.neg(g.mul(x, x)));
          yield VjpContext.one(g.mul(c.grad(0), g.scale(bell, 2 / Math.sqrt(Math.PI))));
        }
        case FLOOR, IS_FINITE, NOT -> VjpContext.none(1);
      };
    }
  }

  /**
   * Two operands of one type.
   *
   * @param kind what is computed
   */
  record Binary(BinaryKind kind) implements Elementwise {
    @Override
    public String name() {
      return kind.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public List<TensorType> infer(List<TensorType> in) {
      Check.arity(this, in, 2);
      Check.same(this, in);
      boolean logical = kind == BinaryKind.AND || kind == BinaryKind.OR;
      Check.that(
          logical == (in.get(0).dtype() == DType.BOOL),
          this,
          in,
          logical ? "takes BOOL operands" : "takes numbers");
      return List.of(in.get(0));
    }

    @Override
    public List<Optional<Value>> vjp(VjpContext c) {
      GraphBuilder g = c.g();
      if (!c.in(0).dtype().isFloat()) {
        return VjpContext.none(2);
      }
      Value d = c.grad(0);
      return switch (kind) {
        case ADD -> VjpContext.both(d, d);
        case SUB -> List.of(Optional.of(d), c.when(1, () -> g.neg(d)));
        case MUL -> List.of(c.when(0, () -> g.mul(d, c.in(1))), c.when(1, () -> g.mul(d, c.in(0))));
        case DIV ->
            List.of(
                c.when(0, () -> g.div(d, c.in(1))),
                c.when(1, () -> g.neg(g.div(g.mul(d, c.out(0)), c.in(1)))));
        case MAX -> pick(c, g.less(c.in(1), c.in(0)), g.less(c.in(0), c.in(1)));
        case MIN -> pick(c, g.less(c.in(0), c.in(1)), g.less(c.in(1), c.in(0)));
        case POW -> List.of(c.when(0, () -> powBase(c)), c.when(1, () -> powExponent(c)));
        case MOD ->
            // a - b trunc(a / b), whose slope in b is -trunc(a / b) = (out - a) / b
            List.of(
                Optional.of(d),
                c.when(1, () -> g.mul(d, g.div(g.sub(c.out(0), c.in(0)), c.in(1)))));
        case AND, OR -> VjpContext.none(2);
      };
    }

    /**
     * {@code d b a^(b-1)}, and 0 where b is 0: there the product would be 0 times infinity at 0.
     */
    private static Value powBase(VjpContext c) {
      GraphBuilder g = c.g();
      Value b = c.in(1);
      Value zero = g.fill(0, b.type());
      Value lowered = g.pow(c.in(0), g.offset(b, -1));
      Value slope = g.mul(c.grad(0), g.mul(b, lowered));
      return g.select(g.equal(b, zero), zero, slope);
    }

    /** {@code d a^b log a}, and its limit 0 where a is 0 and b is not negative, as in torch. */
    private static Value powExponent(VjpContext c) {
      GraphBuilder g = c.g();
      Value a = c.in(0);
      Value zero = g.fill(0, a.type());
      Value flat = g.and(g.equal(a, zero), g.not(g.less(c.in(1), zero)));
      Value slope = g.mul(c.grad(0), g.mul(c.out(0), g.log(a)));
      return g.select(flat, zero, slope);
    }

    /** Ties share the gradient equally, as torch's {@code maximum} does. */
    private static List<Optional<Value>> pick(VjpContext c, Value first, Value second) {
      GraphBuilder g = c.g();
      Value zero = g.fill(0, c.grad(0).type());
      Value half = g.scale(c.grad(0), 0.5);
      Value otherwise0 = g.select(second, zero, half);
      Value otherwise1 = g.select(first, zero, half);
      return VjpContext.both(
          g.select(first, c.grad(0), otherwise0), g.select(second, c.grad(0), otherwise1));
    }
  }

  /**
   * Converts the element type. Float to integer truncates toward zero; BOOL is 0 or 1; to BOOL is
   * {@code != 0}; to BF16 and F16 rounds to nearest even.
   *
   * @param to the wanted element type
   */
  record Cast(DType to) implements Elementwise {
    @Override
    public String name() {
      return "cast";
    }

    @Override
    public List<TensorType> infer(List<TensorType> in) {
      Check.arity(this, in, 1);
      return List.of(in.get(0).withDType(to));
    }

    @Override
    public List<Optional<Value>> vjp(VjpContext c) {
      boolean flows = to.isFloat() && c.in(0).dtype().isFloat();
      return flows ? VjpContext.one(c.g().cast(c.grad(0), c.in(0).dtype())) : VjpContext.none(1);
    }
  }
}
