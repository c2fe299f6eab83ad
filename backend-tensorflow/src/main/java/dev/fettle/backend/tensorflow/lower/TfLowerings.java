package dev.fettle.backend.tensorflow.lower;

import dev.fettle.ir.DType;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.composite.AdamW;
import dev.fettle.ir.op.CompositeOp;
import dev.fettle.ir.op.Elementwise.Binary;
import dev.fettle.ir.op.Elementwise.BinaryKind;
import dev.fettle.ir.op.Op;
import dev.fettle.spi.support.Lowerings;
import java.util.List;
import java.util.Set;

/** Which operation is written how: the one list of all families. */
public final class TfLowerings {
  private TfLowerings() {}

  /** The table. */
  static Lowerings<TfEmission> table() {
    Lowerings<TfEmission> table = new Lowerings<>();
    CreateLowering.register(table);
    ElementwiseLowering.register(table);
    ReduceLowering.register(table);
    LayoutLowering.register(table);
    IndexLowering.register(table);
    LinalgLowering.register(table);
    FusedLowering.register(table);
    XlaLowering.register(table);
    OptimizerLowering.register(table);
    return table;
  }

  /** The operations with a lowering. */
  public static Set<Class<? extends Op>> types() {
    return table().types();
  }

  /**
   * True where a composite on these operands has a kernel of its own here.
   *
   * @param xlaElements elements from which on XLA compiles those it can
   */
  public static boolean fuses(CompositeOp op, List<TensorType> operands, long xlaElements) {
    if (XlaLowering.isGroup(op) || op instanceof AdamW) {
      return XlaLowering.pays(operands, xlaElements);
    }
    return types().contains(op.getClass());
  }

  /** True where TensorFlow's kernel exists for a float type. */
  public static boolean computes(Op op, DType dtype) {
    boolean half = dtype == DType.BF16 || dtype == DType.F16;
    return !(half && op instanceof Binary b && b.kind() == BinaryKind.MOD);
  }
}
