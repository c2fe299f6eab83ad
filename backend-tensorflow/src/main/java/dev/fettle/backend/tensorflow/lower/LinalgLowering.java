package dev.fettle.backend.tensorflow.lower;

import dev.fettle.ir.DType;
import dev.fettle.ir.Node;
import dev.fettle.ir.composite.Linear;
import dev.fettle.ir.op.Linalg.Matmul;
import dev.fettle.ir.op.Linalg.Precision;
import dev.fettle.spi.support.Lowerings;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Matrix products. */
final class LinalgLowering {
  private static final long PAGE = 4096;

  /** Elements from which on a product takes much longer than transposing its second operand. */
  private static final long MANY = 1 << 18;

  /** Columns from which on the batched kernel is slow at reading its first operand transposed. */
  private static final long WIDE = 256;

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

  /**
   * Only products of two axes are rounded to bfloat16: batched ones are slower so. The casts are
   * shared by all products of one operand.
   */
  static Edge product(Emission e, Edge a, Edge b, Matmul op) {
    Ops ops = e.ops();
    boolean flat = a.rank() == 2;
    if (op.precision() == Precision.BF16 && a.dtype() == DType.F32 && flat) {
      Edge narrow =
          ops.matmul(
              ops.cast(a, DType.BF16), ops.cast(b, DType.BF16), op.transposeA(), op.transposeB());
      return ops.cast(narrow, DType.F32);
    }
    if (op.precision() == Precision.BF16 && a.dtype() == DType.F32) {
      e.note("batched products kept in F32, where bfloat16 is slower");
    }
    if (a.dtype() == DType.F32 && flat && op.transposeB() && strides(b) && a.elements() >= MANY) {
      // Weights are there from the start: without an order all would be turned then, and held.
      Edge turned = ops.transposeAfter(a, b, List.of(1, 0));
      return ops.matmul(a, turned, op.transposeA(), false);
    }
    if (!flat && op.transposeA() && a.sizes().get(a.rank() - 1) >= WIDE) {
      List<Integer> order = new ArrayList<>(Ops.upTo(a.rank()));
      Collections.swap(order, a.rank() - 2, a.rank() - 1);
      return ops.matmul(ops.transpose(a, order), b, false, op.transposeB());
    }
    return ops.matmul(a, b, op.transposeA(), op.transposeB());
  }

  /**
   * True where the rows lie whole pages apart, so that walking down a column thrashes the cache.
   */
  private static boolean strides(Edge b) {
    return b.sizes().get(1) * Float.BYTES % PAGE == 0;
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
