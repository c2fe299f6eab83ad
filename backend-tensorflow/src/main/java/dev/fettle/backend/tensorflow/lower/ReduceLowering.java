package dev.fettle.backend.tensorflow.lower;

import dev.fettle.ir.DType;
import dev.fettle.ir.Node;
import dev.fettle.ir.op.Reduce.Argmax;
import dev.fettle.ir.op.Reduce.Cumsum;
import dev.fettle.ir.op.Reduce.Max;
import dev.fettle.ir.op.Reduce.Sum;
import dev.fettle.spi.support.Lowerings;
import java.util.List;

/** Reductions and scans. */
final class ReduceLowering {
  /** Steps of a running sum, from which on it is kept in F64. */
  private static final long SCAN = 1024;

  private ReduceLowering() {}

  static void register(Lowerings<TfEmission> table) {
    table.put(Sum.class, ReduceLowering::sum);
    table.put(Max.class, ReduceLowering::max);
    table.put(Argmax.class, ReduceLowering::argmax);
    table.put(Cumsum.class, ReduceLowering::cumsum);
  }

  private static void sum(TfEmission e, Sum op, Node node) {
    Edge x = e.exact(node.inputs().get(0));
    boolean columns = x.rank() >= 2 && op.axes().equals(Ops.upTo(x.rank() - 1));
    boolean single = x.dtype() == DType.F32 && !e.writer().isFunction();
    if (single && LongSums.isLong(x, op.axes())) {
      e.give(node, LongSums.sum(e, x, op.axes()));
    } else if (single && columns) {
      e.give(node, LongSums.columns(e, e.ops().rows(x)));
    } else {
      e.give(node, viaI32(e, "Sum", x, op.axes()));
    }
  }

  private static void max(TfEmission e, Max op, Node node) {
    e.give(node, viaI32(e, "Max", e.exact(node.inputs().get(0)), op.axes()));
  }

  private static Edge viaI32(TfEmission e, String op, Edge x, List<Integer> axes) {
    if (!TfEmission.isByte(x.dtype())) {
      return e.ops().reduce(op, x, axes);
    }
    return e.ops().cast(e.ops().reduce(op, e.ops().cast(x, DType.I32), axes), x.dtype());
  }

  private static void argmax(TfEmission e, Argmax op, Node node) {
    Edge x = e.exact(node.inputs().get(0));
    Edge y =
        e.writer()
            .node("ArgMax")
            .in(x, e.ops().scalar(DType.I32, op.axis()))
            .attr("T", x.dtype())
            .attr("Tidx", DType.I32)
            .attr("output_type", DType.I32)
            .one(DType.I32, TfEmission.sizes(node.output()));
    e.give(node, y);
  }

  private static void cumsum(TfEmission e, Cumsum op, Node node) {
    Edge given = e.exact(node.inputs().get(0));
    boolean many = given.dtype() == DType.F32 && given.sizes().get(op.axis()) > SCAN;
    DType dtype = TfEmission.isByte(given.dtype()) ? DType.I32 : many ? DType.F64 : given.dtype();
    Edge x = e.ops().cast(given, dtype);
    Edge y =
        e.writer()
            .node("Cumsum")
            .in(x, e.ops().scalar(DType.I32, op.axis()))
            .attr("T", dtype)
            .attr("Tidx", DType.I32)
            .attr("exclusive", op.exclusive())
            .attr("reverse", op.reverse())
            .one(dtype, x.sizes());
    e.give(node, e.ops().cast(y, given.dtype()));
  }
}
