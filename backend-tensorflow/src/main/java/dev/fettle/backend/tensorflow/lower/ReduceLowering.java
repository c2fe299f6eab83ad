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
  private ReduceLowering() {}

  static void register(Lowerings<Emission> table) {
    table.put(Sum.class, ReduceLowering::sum);
    table.put(Max.class, ReduceLowering::max);
    table.put(Argmax.class, ReduceLowering::argmax);
    table.put(Cumsum.class, ReduceLowering::cumsum);
  }

  private static void sum(Emission e, Sum op, Node node) {
    Edge x = e.exact(node.inputs().get(0));
    boolean columns = x.rank() >= 2 && op.axes().equals(Ops.upTo(x.rank() - 1));
    if (columns && x.dtype() == DType.F32 && !e.writer().isFunction()) {
      // The bias gradient's kernel sums columns in cache-sized blocks; Sum walks them one by one.
      Edge rows = e.ops().rows(x);
      List<Long> sizes = List.of(rows.sizes().get(1));
      Edge y = e.writer().node("BiasAddGrad").in(rows).attr("T", x.dtype()).one(x.dtype(), sizes);
      e.give(node, y);
    } else {
      e.give(node, viaI32(e, "Sum", x, op.axes()));
    }
  }

  private static void max(Emission e, Max op, Node node) {
    e.give(node, viaI32(e, "Max", e.exact(node.inputs().get(0)), op.axes()));
  }

  private static Edge viaI32(Emission e, String op, Edge x, List<Integer> axes) {
    if (!Emission.isByte(x.dtype())) {
      return e.ops().reduce(op, x, axes);
    }
    return e.ops().cast(e.ops().reduce(op, e.ops().cast(x, DType.I32), axes), x.dtype());
  }

  private static void argmax(Emission e, Argmax op, Node node) {
    Edge x = e.exact(node.inputs().get(0));
    Edge y =
        e.writer()
            .node("ArgMax")
            .in(x, e.ops().scalar(DType.I32, op.axis()))
            .attr("T", x.dtype())
            .attr("Tidx", DType.I32)
            .attr("output_type", DType.I32)
            .one(DType.I32, Emission.sizes(node.output()));
    e.give(node, y);
  }

  private static void cumsum(Emission e, Cumsum op, Node node) {
    Edge given = e.exact(node.inputs().get(0));
    DType dtype = Emission.isByte(given.dtype()) ? DType.I32 : given.dtype();
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
