package dev.fettle.backend.tensorflow.lower;

import dev.fettle.ir.DType;
import dev.fettle.ir.Node;
import dev.fettle.ir.Value;
import dev.fettle.ir.composite.Linear;
import dev.fettle.ir.op.Layout.Reshape;
import dev.fettle.ir.op.Linalg.Matmul;
import dev.fettle.ir.op.Linalg.Precision;
import dev.fettle.program.Program;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which F32 values are read by products that round them to bfloat16, and which by something else.
 * What only such products read need not be written in F32 at all.
 */
final class NarrowUses {
  private final Set<Value> narrow = new HashSet<>();
  private final Set<Value> wide = new HashSet<>();

  private NarrowUses() {}

  /** Looks through a program, from its ends. */
  static NarrowUses of(Program program) {
    NarrowUses uses = new NarrowUses();
    uses.wide.addAll(program.outputs().values());
    uses.wide.addAll(program.stateOut().values());
    List<Node> nodes = program.graph().nodes();
    for (int i = nodes.size() - 1; i >= 0; i--) {
      uses.visit(nodes.get(i));
    }
    return uses;
  }

  private void visit(Node node) {
    for (int i = 0; i < node.inputs().size(); i++) {
      Value operand = node.inputs().get(i);
      if (node.op() instanceof Reshape) {
        inherit(operand, node.output());
      } else if (isNarrowProduct(node) && i < 2) {
        narrow.add(operand);
      } else {
        wide.add(operand);
      }
    }
  }

  private void inherit(Value operand, Value result) {
    if (narrow.contains(result)) {
      narrow.add(operand);
    }
    if (wide.contains(result)) {
      wide.add(operand);
    }
  }

  /** Only products of two axes are rounded: batched ones are slower so. */
  static boolean isNarrowProduct(Node node) {
    Value x = node.inputs().isEmpty() ? node.output() : node.inputs().get(0);
    boolean rounds =
        node.op() instanceof Matmul m
            ? m.precision() == Precision.BF16
            : node.op() instanceof Linear l && l.precision() == Precision.BF16;
    return rounds && x.dtype() == DType.F32 && x.shape().rank() == 2;
  }

  /** The element types a value has to be written in. */
  List<DType> wanted(Value v) {
    if (v.dtype() != DType.F32 || !narrow.contains(v)) {
      return List.of(v.dtype());
    }
    return wide.contains(v) ? List.of(DType.F32, DType.BF16) : List.of(DType.BF16);
  }
}
