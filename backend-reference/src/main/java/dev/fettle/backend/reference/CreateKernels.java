package dev.fettle.backend.reference;

import dev.fettle.ir.Node;
import dev.fettle.ir.Shape;
import dev.fettle.ir.op.Create.Constant;
import dev.fettle.ir.op.Create.Iota;
import dev.fettle.ir.op.Create.Parameter;

/** Kernels without operands. */
final class CreateKernels {
  private CreateKernels() {}

  static void parameter(Frame f, Parameter op, Node node) {
    // Filled before the first node runs; reading it here finds a missing one.
    f.put(node, f.get(node.output()));
  }

  static void constant(Frame f, Constant op, Node node) {
    Elements out = Elements.zeros(op.type());
    for (int i = 0; i < out.size(); i++) {
      out.set(i, op.values().get(i));
    }
    f.put(node, out);
  }

  static void iota(Frame f, Iota op, Node node) {
    Elements out = Elements.zeros(op.type());
    Shape shape = op.type().shape();
    int axis = shape.normalize(op.axis());
    int inner = Strides.count(shape, axis + 1, shape.rank());
    int size = Math.toIntExact(shape.size(axis));
    for (int i = 0; i < out.size(); i++) {
      out.set(i, (i / inner) % size);
    }
    f.put(node, out);
  }
}
