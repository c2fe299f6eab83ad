package dev.fettle.ir;

import dev.fettle.ir.op.Compare.Comparison;
import dev.fettle.ir.op.Compare.Kind;
import dev.fettle.ir.op.Compare.Select;
import dev.fettle.ir.op.Create.Constant;
import dev.fettle.ir.op.Create.Iota;
import dev.fettle.ir.op.Elementwise.Binary;
import dev.fettle.ir.op.Elementwise.BinaryKind;
import dev.fettle.ir.op.Elementwise.Cast;
import dev.fettle.ir.op.Elementwise.Unary;
import dev.fettle.ir.op.Elementwise.UnaryKind;
import dev.fettle.ir.op.Index.ScatterAdd;
import dev.fettle.ir.op.Layout.Broadcast;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The part of {@link GraphBuilder} that makes values and treats every element by itself. */
abstract class ElementwiseRecorder extends GraphRecorder {
  private final Map<Value, Double> splats = new HashMap<>();

  // ---- create

  /** A scalar literal. */
  public Value constant(DType dtype, double value) {
    Value v = emitOne(new Constant(TensorType.scalar(dtype), List.of(value)));
    splats.put(v, value);
    return v;
  }

  /** A small row-major literal. */
  public Value constant(TensorType type, List<Double> values) {
    return emitOne(new Constant(type, values));
  }

  /** One number, repeated over a shape. */
  public Value fill(double value, TensorType type) {
    return broadcast(constant(type.dtype(), value), type.shape(), List.of());
  }

  /** 0, 1, 2, ... along one axis. */
  public Value iota(TensorType type, int axis) {
    return emitOne(new Iota(type, type.shape().normalize(axis)));
  }

  // ---- elementwise

  private Value unary(UnaryKind kind, Value x) {
    return emitOne(new Unary(kind), x);
  }

  private Value binary(BinaryKind kind, Value a, Value b) {
    return emitOne(new Binary(kind), a, b);
  }

  private boolean isSplat(Value x, double value) {
    Double known = splats.get(x);
    return known != null && known == value;
  }

  /** True where x is {@code value} everywhere, and of the type of {@code other}. */
  private boolean isNeutral(Value x, double value, Value other) {
    return isSplat(x, value) && x.type().equals(other.type()) && x.dtype() != DType.BOOL;
  }

  /** {@code -x}. */
  public Value neg(Value x) {
    return unary(UnaryKind.NEG, x);
  }

  /** {@code |x|}. */
  public Value abs(Value x) {
    return unary(UnaryKind.ABS, x);
  }

  /** {@code e^x}. */
  public Value exp(Value x) {
    return unary(UnaryKind.EXP, x);
  }

  /** The natural logarithm. */
  public Value log(Value x) {
    return unary(UnaryKind.LOG, x);
  }

  /** The square root. */
  public Value sqrt(Value x) {
    return unary(UnaryKind.SQRT, x);
  }

  /** One over the square root. */
  public Value rsqrt(Value x) {
    return unary(UnaryKind.RSQRT, x);
  }

  /** The hyperbolic tangent. */
  public Value tanh(Value x) {
    return unary(UnaryKind.TANH, x);
  }

  /** {@code 1 / (1 + e^-x)}. */
  public Value logistic(Value x) {
    return unary(UnaryKind.LOGISTIC, x);
  }

  /** The error function. */
  public Value erf(Value x) {
    return unary(UnaryKind.ERF, x);
  }

  /** The largest integer not above x. */
  public Value floor(Value x) {
    return unary(UnaryKind.FLOOR, x);
  }

  /** True where x is neither infinite nor NaN. */
  public Value isFinite(Value x) {
    return unary(UnaryKind.IS_FINITE, x);
  }

  /** Logical negation. */
  public Value not(Value x) {
    return unary(UnaryKind.NOT, x);
  }

  /** {@code a + b}. */
  public Value add(Value a, Value b) {
    if (isNeutral(b, 0, a)) {
      return a;
    }
    if (isNeutral(a, 0, b)) {
      return b;
    }
    Optional<Node> scatter = producer(b).filter(n -> n.op() instanceof ScatterAdd);
    if (scatter.isPresent()
        && a.type().equals(b.type())
        && isSplat(scatter.get().inputs().get(0), 0)) {
      // A tied embedding's gradient: add the rows to what is there instead of to zeros.
      return scatterAdd(a, scatter.get().inputs().get(1), scatter.get().inputs().get(2));
    }
    return binary(BinaryKind.ADD, a, b);
  }

  /** {@code a - b}. */
  public Value sub(Value a, Value b) {
    return isNeutral(b, 0, a) ? a : binary(BinaryKind.SUB, a, b);
  }

  /** {@code a * b}. */
  public Value mul(Value a, Value b) {
    if (isNeutral(b, 1, a)) {
      return a;
    }
    return isNeutral(a, 1, b) ? b : binary(BinaryKind.MUL, a, b);
  }

  /** {@code a / b}. */
  public Value div(Value a, Value b) {
    return isNeutral(b, 1, a) ? a : binary(BinaryKind.DIV, a, b);
  }

  /** The larger of each pair. */
  public Value max(Value a, Value b) {
    return binary(BinaryKind.MAX, a, b);
  }

  /** The smaller of each pair. */
  public Value min(Value a, Value b) {
    return binary(BinaryKind.MIN, a, b);
  }

  /** {@code a^b}. */
  public Value pow(Value a, Value b) {
    return binary(BinaryKind.POW, a, b);
  }

  /** Logical and. */
  public Value and(Value a, Value b) {
    return binary(BinaryKind.AND, a, b);
  }

  /** Logical or. */
  public Value or(Value a, Value b) {
    return binary(BinaryKind.OR, a, b);
  }

  /** The remainder with the sign of a. */
  public Value mod(Value a, Value b) {
    return binary(BinaryKind.MOD, a, b);
  }

  /** Converts the element type. */
  public Value cast(Value x, DType to) {
    return x.dtype() == to ? x : emitOne(new Cast(to), x);
  }

  /** {@code x * factor}. */
  public Value scale(Value x, double factor) {
    return mul(x, fill(factor, x.type()));
  }

  /** {@code x + amount}. */
  public Value offset(Value x, double amount) {
    return add(x, fill(amount, x.type()));
  }

  /** {@code 1 - x}. */
  public Value oneMinus(Value x) {
    return sub(fill(1, x.type()), x);
  }

  /** x times a scalar value. */
  public Value scaleBy(Value x, Value scalar) {
    return mul(x, broadcast(scalar, x.shape(), List.of()));
  }

  // ---- compare

  /** {@code a < b}. */
  public Value less(Value a, Value b) {
    return emitOne(new Comparison(Kind.LESS), a, b);
  }

  /** {@code a == b}. */
  public Value equal(Value a, Value b) {
    return emitOne(new Comparison(Kind.EQUAL), a, b);
  }

  /** a where the condition holds, else b. */
  public Value select(Value condition, Value a, Value b) {
    return emitOne(new Select(), condition, a, b);
  }

  /** Repeats x over {@code shape}; axis i of x becomes axis {@code axes[i]}. */
  public Value broadcast(Value x, Shape shape, List<Integer> axes) {
    if (x.shape().equals(shape)) {
      return x;
    }
    Value y = emitOne(new Broadcast(shape, axes), x);
    Double splat = splats.get(x);
    if (splat != null) {
      splats.put(y, splat);
    }
    return y;
  }

  /** base with updates added to the rows named. */
  public abstract Value scatterAdd(Value base, Value indices, Value updates);
}
