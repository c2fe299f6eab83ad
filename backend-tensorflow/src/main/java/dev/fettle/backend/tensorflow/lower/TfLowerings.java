package dev.fettle.backend.tensorflow.lower;

import dev.fettle.ir.DType;
import dev.fettle.ir.op.Elementwise.Binary;
import dev.fettle.ir.op.Elementwise.BinaryKind;
import dev.fettle.ir.op.Op;
import dev.fettle.spi.support.Lowerings;

/** Which operation is written how: the one list of all families. */
public final class TfLowerings {
  private TfLowerings() {}

  /** The table. */
  static Lowerings<Emission> table() {
    Lowerings<Emission> table = new Lowerings<>();
    CreateLowering.register(table);
    ElementwiseLowering.register(table);
    ReduceLowering.register(table);
    LayoutLowering.register(table);
    IndexLowering.register(table);
    LinalgLowering.register(table);
    FusedLowering.register(table);
    return table;
  }

  /** True where there is a lowering. */
  public static boolean knows(Op op) {
    return table().types().contains(op.getClass());
  }

  /** True where TensorFlow's kernel exists for a float type. */
  public static boolean computes(Op op, DType dtype) {
    boolean half = dtype == DType.BF16 || dtype == DType.F16;
    return !(half && op instanceof Binary b && b.kind() == BinaryKind.MOD);
  }
}
