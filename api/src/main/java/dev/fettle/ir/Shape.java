package dev.fettle.ir;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The axes of a tensor, outermost first. A scalar has none.
 *
 * @param dims the axes
 */
public record Shape(List<Dim> dims) {

  /** The shape of a scalar. */
  public static final Shape SCALAR = new Shape(List.of());

  /** Keeps an immutable copy. */
  public Shape {
    dims = List.copyOf(dims);
  }

  /** A shape of the given axes. */
  public static Shape of(Dim... dims) {
    return new Shape(Arrays.asList(dims));
  }

  /** The number of axes. */
  public int rank() {
    return dims.size();
  }

  /** Axis {@code axis}; negative counts from the end. */
  public Dim dim(int axis) {
    return dims.get(normalize(axis));
  }

  /** The size of axis {@code axis}; negative counts from the end. */
  public long size(int axis) {
    return dim(axis).size();
  }

  /** The number of elements; 1 for a scalar. */
  public long elements() {
    long n = 1;
    for (Dim d : dims) {
      n = Math.multiplyExact(n, d.size());
    }
    return n;
  }

  /** The sizes alone, as runtimes want them. */
  public long[] sizes() {
    return dims.stream().mapToLong(Dim::size).toArray();
  }

  /** {@code axis} as an index from the front; throws {@link IrException} when out of range. */
  public int normalize(int axis) {
    int a = axis < 0 ? axis + rank() : axis;
    if (a < 0 || a >= rank()) {
      throw new IrException("axis " + axis + " is outside " + this);
    }
    return a;
  }

  /** This shape without the given axes. */
  public Shape without(List<Integer> axes) {
    List<Dim> kept = new ArrayList<>();
    for (int i = 0; i < rank(); i++) {
      if (!axes.contains(i)) {
        kept.add(dims.get(i));
      }
    }
    return new Shape(kept);
  }

  /** This shape with axis {@code axis} replaced. */
  public Shape with(int axis, Dim dim) {
    List<Dim> changed = new ArrayList<>(dims);
    changed.set(normalize(axis), dim);
    return new Shape(changed);
  }

  /** True where both have the same sizes, whatever the names. */
  public boolean sameSizes(Shape other) {
    return Arrays.equals(sizes(), other.sizes());
  }

  @Override
  public String toString() {
    return dims.stream().map(Dim::toString).collect(Collectors.joining(", ", "[", "]"));
  }
}
