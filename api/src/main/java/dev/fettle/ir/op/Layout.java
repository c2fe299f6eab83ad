package dev.fettle.ir.op;

import dev.fettle.autodiff.VjpContext;
import dev.fettle.ir.Dim;
import dev.fettle.ir.Shape;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Operations that move or repeat elements without computing. */
public sealed interface Layout extends PrimitiveOp {

  /**
   * The same elements in row-major order under another shape; also renames axes.
   *
   * @param shape the wanted shape, of as many elements
   */
  record Reshape(Shape shape) implements Layout {
    @Override
    public String name() {
      return "reshape";
    }

    @Override
    public List<TensorType> infer(List<TensorType> in) {
      Check.arity(this, in, 1);
      Check.that(
          in.get(0).shape().elements() == shape.elements(), this, in, "cannot become " + shape);
      return List.of(in.get(0).withShape(shape));
    }

    @Override
    public List<Optional<Value>> vjp(VjpContext c) {
      return VjpContext.one(c.g().reshape(c.grad(0), c.in(0).shape()));
    }
  }

  /**
   * Permutes axes: result axis i is operand axis {@code permutation[i]}.
   *
   * @param permutation every axis once
   */
  record Transpose(List<Integer> permutation) implements Layout {
    /** Keeps an immutable copy. */
    public Transpose {
      permutation = List.copyOf(permutation);
    }

    @Override
    public String name() {
      return "transpose";
    }

    @Override
    public List<TensorType> infer(List<TensorType> in) {
      Check.arity(this, in, 1);
      Shape shape = in.get(0).shape();
      Check.that(
          permutation.stream()
              .sorted()
              .toList()
              .equals(IntStream.range(0, shape.rank()).boxed().toList()),
          this,
          in,
          permutation + " is not a permutation of its axes");
      return List.of(
          in.get(0).withShape(new Shape(permutation.stream().map(shape.dims()::get).toList())));
    }

    @Override
    public List<Optional<Value>> vjp(VjpContext c) {
      Integer[] inverse = new Integer[permutation.size()];
      for (int i = 0; i < inverse.length; i++) {
        inverse[permutation.get(i)] = i;
      }
      return VjpContext.one(c.g().transpose(c.grad(0), List.of(inverse)));
    }
  }

  /**
   * Repeats along new axes: operand axis i becomes result axis {@code axes[i]}, which must have the
   * same name and size. A scalar has no axes and fills the shape.
   *
   * @param shape the wanted shape
   * @param axes where each operand axis goes, increasing
   */
  record Broadcast(Shape shape, List<Integer> axes) implements Layout {
    /** Keeps an immutable copy. */
    public Broadcast {
      axes = List.copyOf(axes);
    }

    @Override
    public String name() {
      return "broadcast";
    }

    @Override
    public List<TensorType> infer(List<TensorType> in) {
      Check.arity(this, in, 1);
      TensorType x = in.get(0);
      Check.that(x.rank() == axes.size(), this, in, "names " + axes.size() + " axes");
      for (int i = 0; i < axes.size(); i++) {
        int to = axes.get(i);
        boolean increasing = i == 0 || axes.get(i - 1) < to;
        Check.that(
            increasing && to < shape.rank() && x.shape().dim(i).equals(shape.dim(to)),
            this,
            in,
            "axis " + i + " does not fit axis " + to + " of " + shape);
      }
      return List.of(x.withShape(shape));
    }

    @Override
    public List<Optional<Value>> vjp(VjpContext c) {
      List<Integer> added = Reduce.kept(shape, axes);
      return VjpContext.one(c.g().sum(c.grad(0), added));
    }
  }

  /**
   * A box cut out of the operand.
   *
   * @param starts the first index along each axis
   * @param sizes the number of elements along each axis
   */
  record Slice(List<Long> starts, List<Long> sizes) implements Layout {
    /** Keeps immutable copies. */
    public Slice {
      starts = List.copyOf(starts);
      sizes = List.copyOf(sizes);
    }

    @Override
    public String name() {
      return "slice";
    }

    @Override
    public List<TensorType> infer(List<TensorType> in) {
      Check.arity(this, in, 1);
      Shape x = in.get(0).shape();
      Check.that(
          starts.size() == x.rank() && sizes.size() == x.rank(),
          this,
          in,
          "needs a start and a size for each axis");
      List<Dim> dims = new ArrayList<>();
      for (int i = 0; i < x.rank(); i++) {
        boolean inside =
            starts.get(i) >= 0 && sizes.get(i) >= 1 && starts.get(i) + sizes.get(i) <= x.size(i);
        Check.that(inside, this, in, "[" + starts + " +" + sizes + "] leaves " + x);
        dims.add(x.dim(i).withSize(sizes.get(i)));
      }
      return List.of(in.get(0).withShape(new Shape(dims)));
    }

    @Override
    public List<Optional<Value>> vjp(VjpContext c) {
      Shape x = c.in(0).shape();
      List<Long> after = new ArrayList<>();
      for (int i = 0; i < x.rank(); i++) {
        after.add(x.size(i) - starts.get(i) - sizes.get(i));
      }
      return VjpContext.one(c.g().pad(c.grad(0), starts, after, 0));
    }
  }

  /**
   * Joins operands along one axis; all other axes agree. The result's axis keeps the first
   * operand's name.
   *
   * @param axis from the front
   */
  record Concat(int axis) implements Layout {
    @Override
    public String name() {
      return "concat";
    }

    @Override
    public List<TensorType> infer(List<TensorType> in) {
      Check.that(!in.isEmpty(), this, in, "needs an operand");
      TensorType first = in.get(0);
      long total = 0;
      for (TensorType t : in) {
        boolean fits =
            t.dtype() == first.dtype()
                && t.rank() == first.rank()
                && t.shape().with(axis, first.shape().dim(axis)).equals(first.shape());
        Check.that(fits, this, in, "operands differ outside axis " + axis);
        total += t.shape().size(axis);
      }
      Dim joined = first.shape().dim(axis).withSize(total);
      return List.of(first.withShape(first.shape().with(axis, joined)));
    }

    @Override
    public List<Optional<Value>> vjp(VjpContext c) {
      List<Optional<Value>> grads = new ArrayList<>();
      long start = 0;
      for (int i = 0; i < c.arity(); i++) {
        long from = start;
        Value x = c.in(i);
        grads.add(c.when(i, () -> c.g().sliceAxis(c.grad(0), axis, from, x.shape().dim(axis))));
        start += x.shape().size(axis);
      }
      return grads;
    }
  }

  /**
   * Surrounds the operand with a constant. Axis names stay.
   *
   * @param before how many elements to add in front, for each axis
   * @param after how many to add behind
   * @param value the constant
   */
  record Pad(List<Long> before, List<Long> after, double value) implements Layout {
    /** Keeps immutable copies. */
    public Pad {
      before = List.copyOf(before);
      after = List.copyOf(after);
    }

    @Override
    public String name() {
      return "pad";
    }

    @Override
    public List<TensorType> infer(List<TensorType> in) {
      Check.arity(this, in, 1);
      Shape x = in.get(0).shape();
      Check.that(
          before.size() == x.rank()
              && after.size() == x.rank()
              && before.stream().allMatch(p -> p >= 0)
              && after.stream().allMatch(p -> p >= 0),
          this,
          in,
          "needs a non-negative amount before and after each axis");
      List<Dim> dims = new ArrayList<>();
      for (int i = 0; i < x.rank(); i++) {
        dims.add(x.dim(i).withSize(before.get(i) + x.size(i) + after.get(i)));
      }
      return List.of(in.get(0).withShape(new Shape(dims)));
    }

    @Override
    public List<Optional<Value>> vjp(VjpContext c) {
      List<Long> sizes = new ArrayList<>();
      for (Dim d : c.in(0).shape().dims()) {
        sizes.add(d.size());
      }
      Value inner = c.g().slice(c.grad(0), before, sizes);
      return VjpContext.one(c.g().reshape(inner, c.in(0).shape()));
    }
  }

  /**
   * Passes its operands on unchanged, but none before all are there, and is never merged with
   * another. Keeps recomputed activations from being computed early.
   */
  record Barrier() implements Layout {
    @Override
    public String name() {
      return "barrier";
    }

    @Override
    public List<TensorType> infer(List<TensorType> in) {
      Check.that(!in.isEmpty(), this, in, "needs an operand");
      return in;
    }

    @Override
    public List<Optional<Value>> vjp(VjpContext c) {
      List<Optional<Value>> grads = new ArrayList<>();
      for (int i = 0; i < c.arity(); i++) {
        grads.add(c.gradIfAny(i));
      }
      return grads;
    }
  }
}
