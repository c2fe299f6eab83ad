package dev.fettle.backend.onnxruntime.lower;

import ai.onnx.proto.OnnxMl.AttributeProto;
import dev.fettle.ir.Node;
import dev.fettle.ir.Value;
import dev.fettle.ir.composite.Linear;
import dev.fettle.ir.op.Linalg;
import dev.fettle.ir.op.Linalg.Matmul;
import dev.fettle.spi.support.Lowerings;
import java.util.ArrayList;
import java.util.List;

/** Matrix products: Gemm for two axes, FusedMatMul for more. Neither needs a transposed copy. */
final class Products {
  /** From this many rows on, a transposed left operand is slower than a transposed result. */
  private static final long TALL = 8192;

  private Products() {}

  static void register(Lowerings<Emission> table) {
    table.put(Linalg.Matmul.class, Products::matmul).put(Linear.class, Products::linear);
  }

  private static void matmul(Emission c, Matmul op, Node node) {
    Value a = node.inputs().get(0);
    Value b = node.inputs().get(1);
    Value out = node.output();
    if (out.shape().rank() > 2) {
      c.bind(out, batched(c, op, node));
    } else if (op.transposeA() && !op.transposeB() && isTall(out)) {
      // A^T B with many rows (a vocabulary) is faster as (B^T A)^T: 192 ms instead of 293.
      String swapped = gemm(c, List.of(c.whole(b), c.whole(a)), true, false);
      c.bind(out, c.node("Transpose", List.of(swapped), Attributes.integers("perm", List.of(1, 0))));
    } else {
      List<String> in = List.of(c.whole(a), c.whole(b));
      c.bind(out, gemm(c, in, op.transposeA(), op.transposeB()));
    }
  }

  private static boolean isTall(Value out) {
    return out.shape().size(0) >= TALL && out.shape().size(0) > 4 * out.shape().size(1);
  }

  private static String batched(Emission c, Matmul op, Node node) {
    List<String> in = node.inputs().stream().map(c::whole).toList();
    if (!op.transposeA() && !op.transposeB()) {
      return c.node("MatMul", in);
    }
    return c.contrib(
        "FusedMatMul",
        in,
        Attributes.flag("transA", op.transposeA()),
        Attributes.flag("transB", op.transposeB()));
  }

  private static String gemm(Emission c, List<String> in, boolean transA, boolean transB) {
    List<AttributeProto> flags = new ArrayList<>();
    flags.add(Attributes.flag("transA", transA));
    flags.add(Attributes.flag("transB", transB));
    return c.node("Gemm", in, flags.toArray(AttributeProto[]::new));
  }

  private static void linear(Emission c, Linear op, Node node) {
    List<String> in = node.inputs().stream().map(c::whole).toList();
    c.bind(node.output(), gemm(c, in, false, op.transposed()));
  }

  /** Emits an addition as part of the product it adds to, if it is one. */
  static boolean addInto(Emission c, Node node) {
    return false;
  }
}
