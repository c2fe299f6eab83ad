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
import org.jspecify.annotations.Nullable;

/**
 * Which F32 values are read by products that round them to bfloat16, and which by something else.
 * What only such products read need not be written in F32 at all.
 */
final class NarrowUses {
  private final Set<Value> narrow = new HashSet<>();
  private final Set<Value> wide = new HashSet<>();
  private final Target target;
  private boolean tf32;

  private NarrowUses(Target target) {
    this.target = target;
  }

  /** Looks through a program, from its ends. */
  static NarrowUses of(Program program, Target target) {
    NarrowUses uses = new NarrowUses(target);
    uses.wide.addAll(program.outputs().values());
    uses.wide.addAll(program.stateOut().values());
    List<Node> nodes = program.graph().nodes();
    for (int i = nodes.size() - 1; i >= 0; i--) {
      uses.visit(nodes.get(i));
    }
    return uses;
  }

  Target target() {
    return target;
  }

  /** True where some product of the program may round its operands to TensorFloat-32. */
  boolean tf32() {
    return tf32;
  }

  private void visit(Node node) {
    tf32 |= target == Target.GPU && precision(node) == Precision.TF32;
    for (int i = 0; i < node.inputs().size(); i++) {
      Value operand = node.inputs().get(i);
      if (node.op() instanceof Reshape) {
        inherit(operand, node.output());
      } else if (isNarrowProduct(node, target) && i < 2) {
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

  /** Only products of two axes are rounded on the CPU: batched ones are slower so. */
  static boolean isNarrowProduct(Node node, Target target) {
    Value x = node.inputs().isEmpty() ? node.output() : node.inputs().get(0);
    return precision(node) == Precision.BF16
        && x.dtype() == DType.F32
        && (target == Target.GPU || x.shape().rank() == 2);
  }

  private static @Nullable Precision precision(Node node) {
    if (node.op() instanceof Matmul m) {
      return m.precision();
    }
    return node.op() instanceof Linear l ? l.precision() : null;
  }

  /** The element types a value has to be written in. */
  List<DType> wanted(Value v) {
    if (v.dtype() != DType.F32 || !narrow.contains(v)) {
      return List.of(v.dtype());
    }
    return wide.contains(v) ? List.of(DType.F32, DType.BF16) : List.of(DType.BF16);
  }
}
