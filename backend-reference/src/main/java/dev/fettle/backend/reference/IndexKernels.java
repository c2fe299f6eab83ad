package dev.fettle.backend.reference;

import dev.fettle.ir.DType;
import dev.fettle.ir.Node;
import dev.fettle.ir.Shape;
import dev.fettle.ir.op.Index.DynamicUpdateSlice;
import dev.fettle.ir.op.Index.Gather;
import dev.fettle.ir.op.Index.ScatterAdd;
import dev.fettle.ir.op.Index.TakeAlong;
import dev.fettle.ir.op.Index.TopK;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Kernels that read and write at computed positions. */
final class IndexKernels {
  private IndexKernels() {}

  /** An index within range, or an error that names it. */
  private static int checked(Node node, long index, int size) {
    if (index < 0 || index >= size) {
      throw new IllegalArgumentException(
          node.op().name()
              + ": index "
              + index
              + " is outside 0.."
              + (size - 1)
              + " at "
              + node.origin());
    }
    return (int) index;
  }

  static void gather(Frame f, Gather op, Node node) {
    Elements table = f.in(node, 0);
    long[] index = f.in(node, 1).longs().values();
    int rows = Math.toIntExact(node.inputs().get(0).shape().size(0));
    int width = table.size() / rows;
    Elements out = Elements.zeros(node.output().type());
    for (int i = 0; i < index.length; i++) {
      table.copyTo(checked(node, index[i], rows) * width, out, i * width, width);
    }
    f.put(node, out);
  }

  static void scatterAdd(Frame f, ScatterAdd op, Node node) {
    Elements base = f.in(node, 0);
    long[] index = f.in(node, 1).longs().values();
    Elements updates = f.in(node, 2);
    int rows = Math.toIntExact(node.inputs().get(0).shape().size(0));
    int width = base.size() / rows;
    if (base instanceof LongElements l) {
      LongElements out = l.copy().longs();
      for (int i = 0; i < updates.size(); i++) {
        int at = checked(node, index[i / width], rows) * width + i % width;
        long sum = out.values()[at] + updates.longs().values()[i];
        out.values()[at] = LongElements.wrap(base.dtype(), sum);
      }
      f.put(node, out);
    } else {
      double[] sums = base.toDoubles().clone();
      for (int i = 0; i < updates.size(); i++) {
        sums[checked(node, index[i / width], rows) * width + i % width] += updates.get(i);
      }
      f.put(node, Elements.rounded(base.dtype(), sums));
    }
  }

  static void takeAlong(Frame f, TakeAlong op, Node node) {
    Elements x = f.in(node, 0);
    long[] index = f.in(node, 1).longs().values();
    Shape from = node.inputs().get(0).shape();
    int size = Math.toIntExact(from.size(op.axis()));
    int inner = Strides.count(from, op.axis() + 1, from.rank());
    int taken = Math.toIntExact(node.output().shape().size(op.axis()));
    Elements out = Elements.zeros(node.output().type());
    for (int i = 0; i < index.length; i++) {
      int outer = i / (taken * inner);
      int at = (outer * size + checked(node, index[i], size)) * inner + i % inner;
      x.copyTo(at, out, i, 1);
    }
    f.put(node, out);
  }

  static void dynamicUpdateSlice(Frame f, DynamicUpdateSlice op, Node node) {
    Elements update = f.in(node, 1);
    Shape shape = node.output().shape();
    Shape window = node.inputs().get(1).shape();
    int room = Math.toIntExact(shape.size(op.axis()) - window.size(op.axis()));
    int start = checked(node, f.in(node, 2).longs().values()[0], room + 1);
    int[] strides = Strides.rowMajor(shape);
    Elements out = f.in(node, 0).copy();
    new Strides(Strides.sizes(window), strides).write(update, out, start * strides[op.axis()]);
    f.put(node, out);
  }

  static void topK(Frame f, TopK op, Node node) {
    Elements x = f.in(node, 0);
    int length = Math.toIntExact(node.inputs().get(0).shape().size(-1));
    int rows = x.size() / length;
    Elements values = Elements.zeros(x.dtype(), rows * op.k());
    long[] indices = new long[rows * op.k()];
    for (int r = 0; r < rows; r++) {
      int base = r * length;
      Comparator<Integer> byValue = Comparator.comparingDouble(i -> x.get(base + i));
      // The sort is stable, so the lower index stays first among ties.
      List<Integer> order =
          IntStream.range(0, length).boxed().sorted(Collections.reverseOrder(byValue)).toList();
      for (int k = 0; k < op.k(); k++) {
        indices[r * op.k() + k] = order.get(k);
        x.copyTo(base + order.get(k), values, r * op.k() + k, 1);
      }
    }
    f.put(node.outputs().get(0), values);
    f.put(node.outputs().get(1), new LongElements(DType.I32, indices));
  }
}
