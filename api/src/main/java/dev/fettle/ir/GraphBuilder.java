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
import dev.fettle.ir.op.Index.DynamicUpdateSlice;
import dev.fettle.ir.op.Index.Gather;
import dev.fettle.ir.op.Index.ScatterAdd;
import dev.fettle.ir.op.Index.TakeAlong;
import dev.fettle.ir.op.Index.TopK;
import dev.fettle.ir.op.Layout.Barrier;
import dev.fettle.ir.op.Layout.Broadcast;
import dev.fettle.ir.op.Layout.Concat;
import dev.fettle.ir.op.Layout.Pad;
import dev.fettle.ir.op.Layout.Reshape;
import dev.fettle.ir.op.Layout.Slice;
import dev.fettle.ir.op.Layout.Transpose;
import dev.fettle.ir.op.Linalg.Matmul;
import dev.fettle.ir.op.Linalg.Precision;
import dev.fettle.ir.op.Reduce.Argmax;
import dev.fettle.ir.op.Reduce.Cumsum;
import dev.fettle.ir.op.Reduce.Max;
import dev.fettle.ir.op.Reduce.Sum;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Writes a graph, one method a primitive. Equal operations on equal values are written once;
 * operations that change nothing (times one, a reshape to the same shape) are not written at all.
 *
 * <p>Composites have a static method of their own, as {@code Softmax.of(g, x)}. There is no
 * implicit broadcasting and no implicit cast. Not thread-safe.
 */
public final class GraphBuilder extends GraphRecorder {
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

  // ---- reduce

  /** The sum over axes (from the front, any order). */
  public Value sum(Value x, List<Integer> axes) {
    return axes.isEmpty() ? x : emitOne(new Sum(sorted(x, axes)), x);
  }

  /** The sum of everything: a scalar. */
  public Value sumAll(Value x) {
    return sum(x, IntStream.range(0, x.shape().rank()).boxed().toList());
  }

  /** The largest over axes. */
  public Value reduceMax(Value x, List<Integer> axes) {
    return axes.isEmpty() ? x : emitOne(new Max(sorted(x, axes)), x);
  }

  /** The index of the largest along an axis. */
  public Value argmax(Value x, int axis) {
    return emitOne(new Argmax(x.shape().normalize(axis)), x);
  }

  /** The running sum along an axis. */
  public Value cumsum(Value x, int axis, boolean exclusive, boolean reverse) {
    return emitOne(new Cumsum(x.shape().normalize(axis), exclusive, reverse), x);
  }

  // ---- linalg

  /** {@code a b}, over leading batch axes. */
  public Value matmul(Value a, Value b) {
    return matmul(a, b, false, false, Precision.FULL);
  }

  /** {@code op(a) op(b)}, where op transposes the last two axes if asked. */
  public Value matmul(
      Value a, Value b, boolean transposeA, boolean transposeB, Precision precision) {
    return emitOne(new Matmul(transposeA, transposeB, precision), a, b);
  }

  // ---- layout

  /** The same elements under another shape, or other names. */
  public Value reshape(Value x, Shape shape) {
    return x.shape().equals(shape) ? x : emitOne(new Reshape(shape), x);
  }

  /** The same elements under another shape, or other names. */
  public Value reshape(Value x, Dim... dims) {
    return reshape(x, Shape.of(dims));
  }

  /** Permutes axes. */
  public Value transpose(Value x, List<Integer> permutation) {
    boolean identity = permutation.equals(IntStream.range(0, x.shape().rank()).boxed().toList());
    return identity ? x : emitOne(new Transpose(permutation), x);
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

  /** Repeats x over all but the last axes of {@code shape}, which are x's own. */
  public Value broadcastRow(Value x, Shape shape) {
    int lead = shape.rank() - x.shape().rank();
    return broadcast(x, shape, IntStream.range(lead, shape.rank()).boxed().toList());
  }

  /** Repeats x over the last axes of {@code shape}; x's own axes are its first. */
  public Value broadcastColumn(Value x, Shape shape) {
    return broadcast(x, shape, IntStream.range(0, x.shape().rank()).boxed().toList());
  }

  /** A box cut out of x. */
  public Value slice(Value x, List<Long> starts, List<Long> sizes) {
    boolean whole =
        IntStream.range(0, x.shape().rank())
            .allMatch(i -> starts.get(i) == 0 && sizes.get(i) == x.shape().size(i));
    return whole ? x : emitOne(new Slice(starts, sizes), x);
  }

  /**
   * Elements {@code start .. start + dim.size} of one axis, which takes the name of {@code dim}.
   */
  public Value sliceAxis(Value x, int axis, long start, Dim dim) {
    int at = x.shape().normalize(axis);
    List<Long> starts = new ArrayList<>(Collections.nCopies(x.shape().rank(), 0L));
    List<Long> sizes = new ArrayList<>();
    x.shape().dims().forEach(d -> sizes.add(d.size()));
    starts.set(at, start);
    sizes.set(at, dim.size());
    return reshape(slice(x, starts, sizes), x.shape().with(at, dim));
  }

  /** Joins along an axis. */
  public Value concat(List<Value> parts, int axis) {
    if (parts.size() == 1) {
      return parts.get(0);
    }
    return emit(new Concat(parts.get(0).shape().normalize(axis)), parts).get(0);
  }

  /** Surrounds x with a constant. */
  public Value pad(Value x, List<Long> before, List<Long> after, double value) {
    boolean nothing = before.stream().allMatch(p -> p == 0) && after.stream().allMatch(p -> p == 0);
    return nothing ? x : emitOne(new Pad(before, after, value), x);
  }

  /** Passes values on, none before all are there. */
  public List<Value> barrier(List<Value> values) {
    return emit(new Barrier(), values);
  }

  /** x as a value through which no gradient flows. */
  public Value stopGradient(Value x) {
    return x.requiresGrad() ? withoutGradients(() -> emitOne(new Reshape(x.shape()), x)) : x;
  }

  // ---- index

  /** Rows of a table. */
  public Value gather(Value table, Value indices) {
    return emitOne(new Gather(), table, indices);
  }

  /** base with updates added to the rows named. */
  public Value scatterAdd(Value base, Value indices, Value updates) {
    return emitOne(new ScatterAdd(), base, indices, updates);
  }

  /** Elements picked along an axis. */
  public Value takeAlong(Value x, Value indices, int axis) {
    return emitOne(new TakeAlong(x.shape().normalize(axis)), x, indices);
  }

  /** x with an update written from a computed start on. */
  public Value dynamicUpdateSlice(Value x, Value update, Value start, int axis) {
    return emitOne(new DynamicUpdateSlice(x.shape().normalize(axis)), x, update, start);
  }

  /** The k largest along the last axis, and their indices. */
  public List<Value> topK(Value x, int k) {
    return emit(new TopK(k), List.of(x));
  }

  private static List<Integer> sorted(Value x, List<Integer> axes) {
    return axes.stream().map(x.shape()::normalize).sorted().toList();
  }

  @Override
  public String toString() {
    return new GraphPrinter().print(nodes());
  }
}
