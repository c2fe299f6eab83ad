package dev.fettle.backend.tensorflow.lower;

import dev.fettle.ir.DType;
import dev.fettle.ir.Node;
import dev.fettle.ir.composite.Linear;
import dev.fettle.ir.op.Linalg.Matmul;
import dev.fettle.ir.op.Linalg.Precision;
import dev.fettle.spi.support.Lowerings;

/** Matrix products. */
final class LinalgLowering {
  private LinalgLowering() {}

  static void register(Lowerings<Emission> table) {
    table.put(
        Matmul.class,
        (e, op, node) -> {
          Edge a = e.exact(node.inputs().get(0));
          Edge b = e.exact(node.inputs().get(1));
          e.give(node, product(e, a, b, op));
        });
    table.put(Linear.class, LinalgLowering::linear);
  }

  /** The casts to bfloat16 are shared by all products of one operand. */
  static Edge product(Emission e, Edge a, Edge b, Matmul op) {
    Ops ops = e.ops();
    if (op.precision() == Precision.BF16 && a.dtype() == DType.F32) {
      Edge narrow =
          ops.matmul(
              ops.cast(a, DType.BF16), ops.cast(b, DType.BF16), op.transposeA(), op.transposeB());
      return ops.cast(narrow, DType.F32);
    }
    return ops.matmul(a, b, op.transposeA(), op.transposeB());
  }

  private static void linear(Emission e, Linear op, Node node) {
    Edge x = e.exact(node.inputs().get(0));
    Edge weight = e.exact(node.inputs().get(1));
    Edge y = product(e, x, weight, new Matmul(false, op.transposed(), op.precision()));
    if (node.inputs().size() == 3) {
      Edge bias = e.exact(node.inputs().get(2));
      y = e.writer().node("BiasAdd").in(y, bias).attr("T", y.dtype()).one(y.dtype(), y.sizes());
    }
    e.give(node, y);
  }
}
