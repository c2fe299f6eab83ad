package dev.fettle.ir.op;

import dev.fettle.autodiff.VjpContext;
import dev.fettle.ir.DType;
import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.Shape;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Reductions and scans. Reduced axes disappear. */
public sealed interface Reduce extends PrimitiveOp {

  /** The axes of {@code shape} that are not in {@code axes}, in order. */
  static List<Integer> kept(Shape shape, List<Integer> axes) {
    return IntStream.range(0, shape.rank()).boxed().filter(i -> !axes.contains(i)).toList();
  }

  /** Axes must be distinct, in range and sorted, so that equal reductions are equal records. */
  private static void checkAxes(Op op, List<TensorType> in, List<Integer> axes) {
    Check.arity(op, in, 1);
    boolean sorted = IntStream.range(1, axes.size()).allMatch(i -> axes.get(i - 1) < axes.get(i));
    Check.that(
        sorted && axes.stream().allMatch(a -> a >= 0 && a < in.get(0).rank()),
        op,
        in,
        "axes " + axes + " must be increasing and in range");
  }

  /**
   * The sum over axes.
   *
   * @param axes increasing, from the front
   */
  record Sum(List<Integer> axes) implements Reduce {
    /** Keeps an immutable copy. */
    public Sum {
      axes = List.copyOf(axes);
    }

    @Override
    public String name() {
      return "sum";
    }

    @Override
    public List<TensorType> infer(List<TensorType> in) {
      checkAxes(this, in, axes);
      Check.that(in.get(0).dtype() != DType.BOOL, this, in, "takes numbers");
      return List.of(in.get(0).withShape(in.get(0).shape().without(axes)));
    }

    @Override
    public List<Optional<Value>> vjp(VjpContext c) {
      Shape shape = c.in(0).shape();
      return VjpContext.one(c.g().broadcast(c.grad(0), shape, kept(shape, axes)));
    }
  }

  /**
   * The largest element over axes. The gradient is shared equally by ties.
   *
   * @param axes increasing, from the front
   */
  record Max(List<Integer> axes) implements Reduce {
    /** Keeps an immutable copy. */
    public Max {
      axes = List.copyOf(axes);
    }

    @Override
    public String name() {
      return "reduceMax";
    }

    @Override
    public List<TensorType> infer(List<TensorType> in) {
      checkAxes(this, in, axes);
      Check.that(in.get(0).dtype() != DType.BOOL, this, in, "takes numbers");
      return List.of(in.get(0).withShape(in.get(0).shape().without(axes)));
    }

    @Override
    public List<Optional<Value>> vjp(VjpContext c) {
      GraphBuilder g = c.g();
      Value x = c.in(0);
      List<Integer> kept = kept(x.shape(), axes);
      Value isMax = g.equal(x, g.broadcast(c.out(0), x.shape(), kept));
      Value hits = g.cast(isMax, x.dtype());
      Value share = g.div(c.grad(0), g.sum(hits, axes));
      return VjpContext.one(g.mul(hits, g.broadcast(share, x.shape(), kept)));
    }
  }

  /**
   * The index of the largest element along one axis, as I32; the first one of ties.
   *
   * @param axis from the front
   */
  record Argmax(int axis) implements Reduce {
    @Override
    public String name() {
      return "argmax";
    }

    @Override
    public List<TensorType> infer(List<TensorType> in) {
      checkAxes(this, in, List.of(axis));
      return List.of(new TensorType(DType.I32, in.get(0).shape().without(List.of(axis))));
    }

    @Override
    public List<Optional<Value>> vjp(VjpContext c) {
      return VjpContext.none(1);
    }
  }

  /**
   * The running sum along one axis; the shape stays.
   *
   * @param axis from the front
   * @param exclusive leaves the element itself out
   * @param reverse sums from the end
   */
  record Cumsum(int axis, boolean exclusive, boolean reverse) implements Reduce {
    @Override
    public String name() {
      return "cumsum";
    }

    @Override
    public List<TensorType> infer(List<TensorType> in) {
      checkAxes(this, in, List.of(axis));
      Check.that(in.get(0).dtype() != DType.BOOL, this, in, "takes numbers");
      return in;
    }

    @Override
    public List<Optional<Value>> vjp(VjpContext c) {
      return VjpContext.one(c.g().cumsum(c.grad(0), axis, exclusive, !reverse));
    }
  }
}
