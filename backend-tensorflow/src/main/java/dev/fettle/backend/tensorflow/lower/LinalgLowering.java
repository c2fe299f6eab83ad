package dev.fettle.backend.tensorflow.lower;

import dev.fettle.ir.DType;
import dev.fettle.ir.Node;
import dev.fettle.ir.Value;
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

  static void register(Lowerings<TfEmission> table) {
    table.put(Matmul.class, LinalgLowering::matmul);
    table.put(Linear.class, LinalgLowering::linear);
  }

  private static void matmul(TfEmission e, Matmul op, Node node) {
    Value a = node.inputs().get(0);
    Value b = node.inputs().get(1);
    if (e.isNarrowProduct(node)) {
      e.giveNarrow(node.output(), narrow(e, a, b, op));
      return;
    }
    if (op.precision() == Precision.BF16 && a.dtype() == DType.F32) {
      e.note("batched products kept in F32, where bfloat16 is slower");
    }
    e.give(node, product(e, e.exact(a), e.exact(b), op));
  }

  /** The casts are shared by all products of one operand. */
  private static Edge narrow(TfEmission e, Value a, Value b, Matmul op) {
    return e.ops().matmul(e.narrow(a), e.narrow(b), op.transposeA(), op.transposeB());
  }

  private static Edge product(TfEmission e, Edge a, Edge b, Matmul op) {
    Ops ops = e.ops();
    if (e.onGpu()) {
      return onGpu(e, a, b, op);
    }
    boolean flat = a.rank() == 2;
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
   * cuBLAS reads either operand transposed as fast. Whether it rounds to TensorFloat-32 is decided
   * for a whole run: where some of a program's products may be rounded, the others are done in F64.
   */
  private static Edge onGpu(TfEmission e, Edge a, Edge b, Matmul op) {
    Ops ops = e.ops();
    if (a.dtype() != DType.F32 || op.precision() == Precision.TF32 || !e.keepsF32Apart()) {
      return ops.matmul(a, b, op.transposeA(), op.transposeB());
    }
    e.note("products of F32 beside those of TF32 computed in F64");
    Edge exact =
        ops.matmul(
            ops.cast(a, DType.F64), ops.cast(b, DType.F64), op.transposeA(), op.transposeB());
    return ops.cast(exact, DType.F32);
  }

  /**
   * True where the rows lie whole pages apart, so that walking down a column thrashes the cache.
   */
  private static boolean strides(Edge b) {
    return b.sizes().get(1) * Float.BYTES % PAGE == 0;
  }

  private static void linear(TfEmission e, Linear op, Node node) {
    Value x = node.inputs().get(0);
    Value weight = node.inputs().get(1);
    Matmul product = new Matmul(false, op.transposed(), op.precision());
    if (e.isNarrowProduct(node)) {
      e.giveNarrow(node.output(), narrow(e, x, weight, product));
    } else {
      e.give(node, product(e, e.exact(x), e.exact(weight), product));
    }
    if (node.inputs().size() == 3) {
      Edge y = e.exact(node.output());
      Edge bias = e.exact(node.inputs().get(2));
      e.replace(
          node.output(),
          e.writer().node("BiasAdd").in(y, bias).attr("T", y.dtype()).one(y.dtype(), y.sizes()));
    }
  }
}
