package dev.fettle.ir;

import dev.fettle.ir.op.Index.DynamicUpdateSlice;
import dev.fettle.ir.op.Index.Gather;
import dev.fettle.ir.op.Index.ScatterAdd;
import dev.fettle.ir.op.Index.TakeAlong;
import dev.fettle.ir.op.Index.TopK;
import dev.fettle.ir.op.Layout.Barrier;
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
import java.util.List;
import java.util.stream.IntStream;

/**
 * Writes a graph, one method a primitive. Equal operations on equal values are written once;
 * operations that change nothing (times one, a reshape to the same shape) are not written at all.
 *
 * <p>Composites have a static method of their own, as {@code Softmax.of(g, x)}. There is no
 * implicit broadcasting and no implicit cast. Not thread-safe.
 */
public final class GraphBuilder extends ElementwiseRecorder {

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

  @Override
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
