package dev.fettle.backend.tensorflow.lower;

import dev.fettle.ir.DType;
import dev.fettle.ir.Node;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.op.Create.Constant;
import dev.fettle.ir.op.Create.Iota;
import dev.fettle.ir.op.Create.Parameter;
import dev.fettle.spi.support.Lowerings;
import java.util.ArrayList;
import java.util.List;

/** Literals and counters. Parameters are read where they are first used. */
final class CreateLowering {
  private CreateLowering() {}

  static void register(Lowerings<TfEmission> table) {
    table.put(Parameter.class, (e, op, node) -> {});
    table.put(Constant.class, CreateLowering::constant);
    table.put(Iota.class, CreateLowering::iota);
  }

  private static void constant(TfEmission e, Constant op, Node node) {
    DType dtype = op.type().dtype();
    e.give(node, e.ops().constant(dtype, TfEmission.sizes(node.output()), op.values()));
  }

  /** Counts along its axis and is loose along the others. */
  private static void iota(TfEmission e, Iota op, Node node) {
    TensorType type = op.type();
    long n = type.shape().size(op.axis());
    DType counted = type.dtype() == DType.I64 || n > Integer.MAX_VALUE ? DType.I64 : DType.I32;
    Edge range = e.ops().cast(e.ops().range(counted, n), type.dtype());
    List<Long> sizes = new ArrayList<>(Ops.ones(type.rank()));
    sizes.set(op.axis(), n);
    e.give(node, e.ops().reshape(range, sizes));
  }
}
