package dev.fettle.backend.reference;

import dev.fettle.ir.DType;
import dev.fettle.ir.Node;
import dev.fettle.ir.Shape;
import dev.fettle.ir.op.Reduce.Argmax;
import dev.fettle.ir.op.Reduce.Cumsum;
import dev.fettle.ir.op.Reduce.Max;
import dev.fettle.ir.op.Reduce.Sum;
import java.util.Arrays;
import java.util.List;

/** Reductions and scans. Sums of floats are kept in double and rounded once. */
final class ReduceKernels {
  private ReduceKernels() {}

  /** Meets every element with the place of the result it belongs to. */
  private interface Visitor {
    void visit(int element, int result);
  }

  /** Where each element's result lies, for a walk in row-major order. */
  private static Strides results(Shape shape, List<Integer> axes) {
    int[] kept = Strides.rowMajor(shape.without(axes));
    int[] strides = new int[shape.rank()];
    int next = 0;
    for (int i = 0; i < strides.length; i++) {
      strides[i] = axes.contains(i) ? 0 : kept[next++];
    }
    return new Strides(Strides.sizes(shape), strides);
  }

  private static void visit(Shape shape, List<Integer> axes, Visitor visitor) {
    Strides results = results(shape, axes);
    int length = results.rowLength();
    int step = results.rowStride();
    results.rows(
        0,
        (row, start) -> {
          for (int i = 0; i < length; i++) {
            visitor.visit(row * length + i, start + i * step);
          }
        });
  }

  private static void addUp(Elements x, Strides results, double[] sums) {
    int length = results.rowLength();
    int step = results.rowStride();
    results.rows(
        0,
        (row, start) -> {
          int first = row * length;
          if (step == 0) {
            double sum = sums[start];
            for (int i = 0; i < length; i++) {
              sum += x.get(first + i);
            }
            sums[start] = sum;
          } else {
            for (int i = 0; i < length; i++) {
              sums[start + i * step] += x.get(first + i);
            }
          }
        });
  }

  private static int results(Node node) {
    return Math.toIntExact(node.output().shape().elements());
  }

  static void sum(Frame f, Sum op, Node node) {
    Elements x = f.in(node, 0);
    Shape shape = node.inputs().get(0).shape();
    if (x instanceof LongElements l) {
      long[] sums = new long[results(node)];
      visit(
          shape,
          op.axes(),
          (i, r) -> sums[r] = LongElements.wrap(x.dtype(), sums[r] + l.values()[i]));
      f.put(node, new LongElements(x.dtype(), sums));
    } else {
      double[] sums = new double[results(node)];
      addUp(x, results(shape, op.axes()), sums);
      f.put(node, Elements.rounded(x.dtype(), sums));
    }
  }

  static void max(Frame f, Max op, Node node) {
    Elements x = f.in(node, 0);
    Shape shape = node.inputs().get(0).shape();
    if (x instanceof LongElements l) {
      long[] largest = new long[results(node)];
      Arrays.fill(largest, Long.MIN_VALUE);
      visit(shape, op.axes(), (i, r) -> largest[r] = Math.max(largest[r], l.values()[i]));
      f.put(node, new LongElements(x.dtype(), largest));
    } else {
      double[] largest = new double[results(node)];
      Arrays.fill(largest, Double.NEGATIVE_INFINITY);
      visit(shape, op.axes(), (i, r) -> largest[r] = Math.max(largest[r], x.get(i)));
      f.put(node, Elements.rounded(x.dtype(), largest));
    }
  }

  static void argmax(Frame f, Argmax op, Node node) {
    Elements x = f.in(node, 0);
    Shape shape = node.inputs().get(0).shape();
    int outer = Strides.count(shape, 0, op.axis());
    int size = Math.toIntExact(shape.size(op.axis()));
    int inner = Strides.count(shape, op.axis() + 1, shape.rank());
    long[] out = new long[outer * inner];
    for (int r = 0; r < out.length; r++) {
      int base = r / inner * size * inner + r % inner;
      int best = 0;
      for (int i = 1; i < size; i++) {
        // Strictly larger: the first of ties stays.
        if (x.get(base + i * inner) > x.get(base + best * inner)) {
          best = i;
        }
      }
      out[r] = best;
    }
    f.put(node, new LongElements(DType.I32, out));
  }

  static void cumsum(Frame f, Cumsum op, Node node) {
    Elements x = f.in(node, 0);
    Shape shape = node.inputs().get(0).shape();
    int size = Math.toIntExact(shape.size(op.axis()));
    int inner = Strides.count(shape, op.axis() + 1, shape.rank());
    Elements out = Elements.zeros(x.dtype(), x.size());
    for (int r = 0; r < x.size() / size; r++) {
      int first = r / inner * size * inner + r % inner;
      if (x instanceof LongElements l) {
        scanLongs(op, l, out.longs(), new Line(first, inner, size));
      } else {
        scan(op, x, out, new Line(first, inner, size));
      }
    }
    f.put(node, out);
  }

  /** Elements along one axis. */
  private record Line(int first, int step, int size) {
    int at(int i, boolean fromTheEnd) {
      return first + (fromTheEnd ? size - 1 - i : i) * step;
    }
  }

  private static void scan(Cumsum op, Elements x, Elements out, Line line) {
    double sum = 0;
    for (int i = 0; i < line.size(); i++) {
      int at = line.at(i, op.reverse());
      double next = sum + x.get(at);
      out.set(at, op.exclusive() ? sum : next);
      sum = next;
    }
  }

  private static void scanLongs(Cumsum op, LongElements x, LongElements out, Line line) {
    long sum = 0;
    for (int i = 0; i < line.size(); i++) {
      int at = line.at(i, op.reverse());
      long next = LongElements.wrap(x.dtype(), sum + x.values()[at]);
      out.values()[at] = op.exclusive() ? sum : next;
      sum = next;
    }
  }
}
