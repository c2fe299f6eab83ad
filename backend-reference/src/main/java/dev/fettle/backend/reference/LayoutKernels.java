package dev.fettle.backend.reference;

import dev.fettle.ir.Node;
import dev.fettle.ir.Shape;
import dev.fettle.ir.op.Layout.Barrier;
import dev.fettle.ir.op.Layout.Broadcast;
import dev.fettle.ir.op.Layout.Concat;
import dev.fettle.ir.op.Layout.Pad;
import dev.fettle.ir.op.Layout.Reshape;
import dev.fettle.ir.op.Layout.Slice;
import dev.fettle.ir.op.Layout.Transpose;
import java.util.List;

/** Kernels that move or repeat elements. */
final class LayoutKernels {
  private LayoutKernels() {}

  static void reshape(Frame f, Reshape op, Node node) {
    f.put(node, f.in(node, 0));
  }

  static void transpose(Frame f, Transpose op, Node node) {
    int[] from = Strides.rowMajor(node.inputs().get(0).shape());
    int[] strides = op.permutation().stream().mapToInt(axis -> from[axis]).toArray();
    Strides box = new Strides(Strides.sizes(node.output().shape()), strides);
    f.put(node, box.read(f.in(node, 0), 0));
  }

  static void broadcast(Frame f, Broadcast op, Node node) {
    int[] from = Strides.rowMajor(node.inputs().get(0).shape());
    int[] strides = new int[op.shape().rank()];
    for (int i = 0; i < from.length; i++) {
      strides[op.axes().get(i)] = from[i];
    }
    Elements x = f.in(node, 0);
    if (op.shape().rank() == 0) {
      f.put(node, x);
    } else {
      f.put(node, new Strides(Strides.sizes(op.shape()), strides).read(x, 0));
    }
  }

  static void slice(Frame f, Slice op, Node node) {
    int[] strides = Strides.rowMajor(node.inputs().get(0).shape());
    Strides box = new Strides(Strides.sizes(node.output().shape()), strides);
    f.put(node, box.read(f.in(node, 0), offset(op.starts(), strides)));
  }

  /** Where the element at the given index lies. */
  static int offset(List<Long> index, int[] strides) {
    int offset = 0;
    for (int i = 0; i < strides.length; i++) {
      offset += Math.toIntExact(index.get(i)) * strides[i];
    }
    return offset;
  }

  static void concat(Frame f, Concat op, Node node) {
    Shape shape = node.output().shape();
    int outer = Strides.count(shape, 0, op.axis());
    int width = Strides.count(shape, op.axis(), shape.rank());
    Elements out = Elements.zeros(node.output().type());
    int at = 0;
    for (int k = 0; k < node.inputs().size(); k++) {
      Elements part = f.in(node, k);
      int length = part.size() / outer;
      for (int i = 0; i < outer; i++) {
        part.copyTo(i * length, out, i * width + at, length);
      }
      at += length;
    }
    f.put(node, out);
  }

  static void pad(Frame f, Pad op, Node node) {
    Elements out = Elements.zeros(node.output().type());
    for (int i = 0; i < out.size(); i++) {
      out.set(i, op.value());
    }
    int[] strides = Strides.rowMajor(node.output().shape());
    Strides box = new Strides(Strides.sizes(node.inputs().get(0).shape()), strides);
    box.write(f.in(node, 0), out, offset(op.before(), strides));
    f.put(node, out);
  }

  /** Nodes run one after the other, so there is nothing to wait for. */
  static void barrier(Frame f, Barrier op, Node node) {
    for (int i = 0; i < node.inputs().size(); i++) {
      f.put(node.outputs().get(i), f.in(node, i));
    }
  }
}
