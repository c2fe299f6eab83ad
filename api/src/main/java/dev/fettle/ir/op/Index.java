package dev.fettle.ir.op;

import dev.fettle.autodiff.VjpContext;
import dev.fettle.ir.DType;
import dev.fettle.ir.Dim;
import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.Shape;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Reading and writing at computed positions. Indices are I32 or I64 and must be in range. */
public sealed interface Index extends PrimitiveOp {

  /**
   * {@code gather(table[n, rest...], indices[i...]) -> [i..., rest...]}: whole rows of the first
   * axis, as an embedding lookup.
   */
  record Gather() implements Index {
    @Override
    public String name() {
      return "gather";
    }

    @Override
    public List<TensorType> infer(List<TensorType> in) {
      Check.arity(this, in, 2);
      Check.that(in.get(0).rank() >= 1, this, in, "needs a table of rank 1 or more");
      Check.index(this, in, 1);
      return List.of(in.get(0).withShape(rows(in.get(1).shape(), in.get(0).shape())));
    }

    @Override
    public List<Optional<Value>> vjp(VjpContext c) {
      return List.of(
          c.when(0, () -> c.g().scatterAdd(c.g().fill(0, c.in(0).type()), c.in(1), c.grad(0))),
          Optional.empty());
    }
  }

  /**
   * {@code scatterAdd(base[n, rest...], indices[i...], updates[i..., rest...])}: base with every
   * update added to its row; rows named several times get the sum.
   */
  record ScatterAdd() implements Index {
    @Override
    public String name() {
      return "scatterAdd";
    }

    @Override
    public List<TensorType> infer(List<TensorType> in) {
      Check.arity(this, in, 3);
      Check.that(in.get(0).rank() >= 1, this, in, "needs a base of rank 1 or more");
      Check.index(this, in, 1);
      Check.that(in.get(0).dtype() == in.get(2).dtype(), this, in, "base and updates must agree");
      Check.shape(this, in, 2, rows(in.get(1).shape(), in.get(0).shape()));
      return List.of(in.get(0));
    }

    @Override
    public List<Optional<Value>> vjp(VjpContext c) {
      Value d = c.grad(0);
      return List.of(Optional.of(d), Optional.empty(), c.when(2, () -> c.g().gather(d, c.in(1))));
    }
  }

  /**
   * {@code takeAlong(x, indices)}: both of one rank, agreeing outside {@code axis}; result element
   * is {@code x[..., indices[..., j, ...], ...]}.
   *
   * @param axis from the front
   */
  record TakeAlong(int axis) implements Index {
    @Override
    public String name() {
      return "takeAlong";
    }

    @Override
    public List<TensorType> infer(List<TensorType> in) {
      Check.arity(this, in, 2);
      Check.index(this, in, 1);
      Shape x = in.get(0).shape();
      Shape i = in.get(1).shape();
      Check.that(
          x.rank() == i.rank()
              && axis < x.rank()
              && i.without(List.of(axis)).equals(x.without(List.of(axis))),
          this,
          in,
          "operands differ outside axis " + axis);
      return List.of(in.get(0).withShape(i));
    }

    @Override
    public List<Optional<Value>> vjp(VjpContext c) {
      return List.of(c.when(0, () -> scatterAlong(c)), Optional.empty());
    }

    /** Adds each gradient at its place of the flattened operand. */
    private Value scatterAlong(VjpContext c) {
      GraphBuilder g = c.g();
      TensorType x = c.in(0).type();
      TensorType index = new TensorType(DType.I64, c.in(1).shape());
      Value flat = null;
      for (int a = 0; a < x.rank(); a++) {
        Value along = a == axis ? g.cast(c.in(1), DType.I64) : g.iota(index, a);
        flat =
            flat == null
                ? along
                : g.add(g.mul(flat, g.fill((double) x.shape().size(a), index)), along);
      }
      Shape all = Shape.of(new Dim("all", x.shape().elements()));
      Shape some = Shape.of(new Dim("some", index.shape().elements()));
      Value sums =
          g.scatterAdd(
              g.fill(0, x.withShape(all)),
              g.reshape(Objects.requireNonNull(flat), some),
              g.reshape(c.grad(0), some));
      return g.reshape(sums, x.shape());
    }
  }

  /**
   * {@code dynamicUpdateSlice(x, update, start)}: x with {@code update} written along {@code axis}
   * from the I32 scalar {@code start} on; the caller keeps {@code start + size} in range.
   *
   * @param axis from the front
   */
  record DynamicUpdateSlice(int axis) implements Index {
    @Override
    public String name() {
      return "dynamicUpdateSlice";
    }

    @Override
    public List<TensorType> infer(List<TensorType> in) {
      Check.arity(this, in, 3);
      TensorType x = in.get(0);
      TensorType u = in.get(1);
      Check.that(
          x.dtype() == u.dtype()
              && x.rank() == u.rank()
              && axis < x.rank()
              && u.shape().without(List.of(axis)).equals(x.shape().without(List.of(axis)))
              && u.shape().size(axis) <= x.shape().size(axis),
          this,
          in,
          "the update does not fit along axis " + axis);
      Check.dtype(this, in, 2, DType.I32);
      Check.shape(this, in, 2, Shape.SCALAR);
      return List.of(x);
    }

    @Override
    public List<Optional<Value>> vjp(VjpContext c) {
      GraphBuilder g = c.g();
      Value d = c.grad(0);
      Value update = c.in(1);
      return List.of(
          c.when(0, () -> g.dynamicUpdateSlice(d, g.fill(0, update.type()), c.in(2), axis)),
          c.when(1, () -> window(c, d, update.type())),
          Optional.empty());
    }

    /** The part of the gradient under the update, read at start, start + 1, ... */
    private Value window(VjpContext c, Value d, TensorType update) {
      GraphBuilder g = c.g();
      TensorType index = update.withDType(DType.I32);
      Value at = g.add(g.iota(index, axis), g.broadcast(c.in(2), index.shape(), List.of()));
      return g.takeAlong(d, at, axis);
    }
  }

  /**
   * The k largest elements along the last axis, largest first, and their I32 indices; the lower
   * index first among ties. The last axis of the results is named {@code top}.
   *
   * @param k how many
   */
  record TopK(int k) implements Index {
    @Override
    public String name() {
      return "topK";
    }

    @Override
    public List<TensorType> infer(List<TensorType> in) {
      Check.arity(this, in, 1);
      TensorType x = in.get(0);
      Check.that(x.rank() >= 1 && k >= 1 && k <= x.shape().size(-1), this, in, "cannot give " + k);
      TensorType values = x.withShape(x.shape().with(-1, new Dim("top", k)));
      return List.of(values, values.withDType(DType.I32));
    }

    @Override
    public List<Optional<Value>> vjp(VjpContext c) {
      // The same scatter as takeAlong's, through the indices found.
      GraphBuilder g = c.g();
      Value x = c.in(0);
      Value index = c.out(1);
      Shape wide = widened(index.shape(), x.shape().dim(-1));
      TensorType wideIndex = new TensorType(DType.I32, wide);
      List<Integer> axes = new ArrayList<>();
      for (int i = 0; i < index.shape().rank(); i++) {
        axes.add(i);
      }
      Value hit = g.equal(g.broadcast(index, wide, axes), g.iota(wideIndex, wide.rank() - 1));
      Value spread = g.mul(g.cast(hit, x.dtype()), g.broadcast(c.grad(0), wide, axes));
      return VjpContext.one(g.sum(spread, List.of(wide.rank() - 2)));
    }

    private static Shape widened(Shape shape, Dim last) {
      List<Dim> dims = new ArrayList<>(shape.dims());
      dims.add(last);
      return new Shape(dims);
    }
  }

  /** The axes of the indices, then the table's axes behind its first. */
  private static Shape rows(Shape indices, Shape table) {
    List<Dim> dims = new ArrayList<>(indices.dims());
    dims.addAll(table.dims().subList(1, table.rank()));
    return new Shape(dims);
  }
}
