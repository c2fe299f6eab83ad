package dev.fettle.backend.onnxruntime.lower;

import dev.fettle.ir.DType;
import dev.fettle.ir.Node;
import dev.fettle.ir.Value;
import dev.fettle.ir.composite.SumOfSquares;
import dev.fettle.ir.op.Reduce;
import dev.fettle.spi.support.Lowerings;
import java.util.List;
import java.util.stream.LongStream;

/** Reductions and scans. */
final class Reductions {
  private Reductions() {}

  static void register(Lowerings<Emission> table) {
    table
        .put(Reduce.Sum.class, Reductions::sum)
        .put(Reduce.Max.class, Reductions::max)
        .put(Reduce.Argmax.class, Reductions::argmax)
        .put(Reduce.Cumsum.class, Reductions::cumsum)
        .put(SumOfSquares.class, Reductions::sumOfSquares);
  }

  private static void sum(Emission c, Reduce.Sum op, Node node) {
    Value x = node.inputs().get(0);
    DType wide = narrow(x.dtype()) ? DType.I32 : x.dtype();
    String y =
        reduce(
            c, "ReduceSum", wide == x.dtype() ? c.whole(x) : c.cast(c.whole(x), wide), op.axes());
    c.bind(node.output(), wide == x.dtype() ? y : c.cast(y, x.dtype()));
  }

  private static void max(Emission c, Reduce.Max op, Node node) {
    Value x = node.inputs().get(0);
    c.bind(
        node.output(),
        op.axes().isEmpty()
            ? c.node("Identity", c.whole(x))
            : reduce(c, "ReduceMax", c.whole(x), op.axes()));
  }

  private static boolean narrow(DType dtype) {
    return dtype == DType.I8 || dtype == DType.U8;
  }

  /** Reduces over axes, which disappear. */
  static String reduce(Emission c, String op, String x, List<Integer> axes) {
    String which = c.graph().longs(axes.stream().map(Integer::longValue).toList());
    return c.node(
        op,
        List.of(x, which),
        Attributes.flag("keepdims", false),
        Attributes.flag("noop_with_empty_axes", true));
  }

  /** Reduces over the last axis, which stays with one element. */
  static String alongRows(Emission c, String op, String x) {
    return c.node(op, List.of(x, c.graph().longs(List.of(-1L))), Attributes.flag("keepdims", true));
  }

  private static void argmax(Emission c, Reduce.Argmax op, Node node) {
    String y =
        c.node(
            "ArgMax",
            List.of(c.whole(node.inputs().get(0))),
            Attributes.integer("axis", op.axis()),
            Attributes.flag("keepdims", false));
    c.bind(node.output(), c.cast(y, DType.I32));
  }

  private static void cumsum(Emission c, Reduce.Cumsum op, Node node) {
    Value x = node.inputs().get(0);
    DType wide = narrow(x.dtype()) ? DType.I32 : x.dtype();
    String in = wide == x.dtype() ? c.whole(x) : c.cast(c.whole(x), wide);
    String y =
        c.node(
            "CumSum",
            List.of(in, c.scalar(DType.I64, op.axis())),
            Attributes.flag("exclusive", op.exclusive()),
            Attributes.flag("reverse", op.reverse()));
    c.bind(node.output(), wide == x.dtype() ? y : c.cast(y, x.dtype()));
  }

  private static void sumOfSquares(Emission c, SumOfSquares op, Node node) {
    Value x = node.inputs().get(0);
    List<Integer> axes = LongStream.range(0, x.shape().rank()).mapToObj(Math::toIntExact).toList();
    c.bind(
        node.output(),
        axes.isEmpty()
            ? c.node("Mul", c.whole(x), c.whole(x))
            : reduce(c, "ReduceSumSquare", c.whole(x), axes));
  }
}
