package dev.fettle.backend.tensorflow.lower;

import dev.fettle.ir.DType;
import dev.fettle.ir.Node;
import dev.fettle.ir.Value;
import dev.fettle.ir.composite.Split;
import dev.fettle.ir.op.Layout.Barrier;
import dev.fettle.ir.op.Layout.Broadcast;
import dev.fettle.ir.op.Layout.Concat;
import dev.fettle.ir.op.Layout.Pad;
import dev.fettle.ir.op.Layout.Reshape;
import dev.fettle.ir.op.Layout.Slice;
import dev.fettle.ir.op.Layout.Transpose;
import dev.fettle.spi.support.Lowerings;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Moving and repeating elements. Reshapes cost nothing, broadcasts only where they must. */
final class LayoutLowering {
  private LayoutLowering() {}

  static void register(Lowerings<TfEmission> table) {
    table.put(Reshape.class, LayoutLowering::reshape);
    table.put(Transpose.class, LayoutLowering::transpose);
    table.put(Broadcast.class, LayoutLowering::broadcast);
    table.put(Slice.class, LayoutLowering::slice);
    table.put(Concat.class, LayoutLowering::concat);
    table.put(Pad.class, LayoutLowering::pad);
    table.put(Barrier.class, LayoutLowering::barrier);
    table.put(Split.class, LayoutLowering::split);
  }

  private static void reshape(TfEmission e, Reshape op, Node node) {
    Value x = node.inputs().get(0);
    e.giveReshaped(node.output(), x);
    if (e.isOnlyNarrow(x)) {
      return;
    }
    Edge loose = e.loose(x);
    boolean renames = x.shape().sameSizes(op.shape());
    if (loose.rank() == 0 || renames) {
      e.give(node, loose);
    } else {
      e.give(node, e.ops().reshape(e.exact(x), TfEmission.sizes(node.output())));
    }
  }

  private static void transpose(TfEmission e, Transpose op, Node node) {
    Edge x = e.loose(node.inputs().get(0));
    e.give(node, x.rank() == 0 ? x : e.ops().transpose(x, op.permutation()));
  }

  /** Axes of size 1 where elements repeat; elementwise operations repeat them as they go. */
  private static void broadcast(TfEmission e, Broadcast op, Node node) {
    Edge x = e.loose(node.inputs().get(0));
    if (x.rank() == 0) {
      e.give(node, x);
      return;
    }
    List<Long> sizes = new ArrayList<>(Ops.ones(op.shape().rank()));
    for (int i = 0; i < op.axes().size(); i++) {
      sizes.set(op.axes().get(i), x.sizes().get(i));
    }
    e.give(node, e.ops().reshape(x, sizes));
  }

  private static void slice(TfEmission e, Slice op, Node node) {
    Edge x = e.exact(node.inputs().get(0));
    Edge y =
        e.writer()
            .node("Slice")
            .in(x, e.ops().longs(op.starts()), e.ops().longs(op.sizes()))
            .attr("T", x.dtype())
            .attr("Index", DType.I64)
            .one(x.dtype(), op.sizes());
    e.give(node, y);
  }

  private static void split(TfEmission e, Split op, Node node) {
    Edge x = e.exact(node.inputs().get(0));
    List<GraphWriter.Result> results =
        node.outputs().stream()
            .map(v -> new GraphWriter.Result(v.dtype(), TfEmission.sizes(v)))
            .toList();
    List<Long> sizes = op.parts().stream().map(d -> d.size()).toList();
    List<Edge> parts =
        e.writer()
            .node("SplitV")
            .in(x, e.ops().longs(sizes), e.ops().scalar(DType.I32, op.axis()))
            .attr("T", x.dtype())
            .attr("Tlen", DType.I64)
            .attr("num_split", sizes.size())
            .many(results);
    e.give(node, parts);
  }

  private static void concat(TfEmission e, Concat op, Node node) {
    List<Edge> parts = new ArrayList<>(e.exact(node.inputs()));
    DType dtype = node.output().dtype();
    int n = parts.size();
    if (n == 1) {
      e.give(node, parts.get(0));
      return;
    }
    parts.add(e.ops().scalar(DType.I32, op.axis()));
    Edge y =
        e.writer()
            .node("ConcatV2")
            .in(parts)
            .attr("N", n)
            .attr("T", dtype)
            .attr("Tidx", DType.I32)
            .one(dtype, TfEmission.sizes(node.output()));
    e.give(node, y);
  }

  private static void pad(TfEmission e, Pad op, Node node) {
    Edge x = e.exact(node.inputs().get(0));
    List<Double> amounts = new ArrayList<>();
    for (int i = 0; i < x.rank(); i++) {
      amounts.add((double) op.before().get(i));
      amounts.add((double) op.after().get(i));
    }
    Edge paddings = e.ops().constant(DType.I64, List.of((long) x.rank(), 2L), amounts);
    // A truth value is padded as the byte it is.
    DType dtype = x.dtype() == DType.BOOL ? DType.U8 : x.dtype();
    Edge y =
        e.writer()
            .node("PadV2")
            .in(e.ops().cast(x, dtype), paddings, e.ops().scalar(dtype, op.value()))
            .attr("T", dtype)
            .attr("Tpaddings", DType.I64)
            .one(dtype, TfEmission.sizes(node.output()));
    e.give(node, e.ops().cast(y, x.dtype()));
  }

  /**
   * Each result is an {@code Identity} that also waits for all other operands: without control
   * edges, the runtime would merge what is computed again behind the barrier with the original.
   */
  private static void barrier(TfEmission e, Barrier op, Node node) {
    List<Edge> in = node.inputs().stream().map(e::loose).toList();
    Set<String> all = new LinkedHashSet<>();
    in.forEach(edge -> all.add(edge.node()));
    List<Edge> out = new ArrayList<>();
    for (Edge edge : in) {
      Set<String> others = new LinkedHashSet<>(all);
      others.remove(edge.node());
      Edge passed =
          e.writer()
              .node("Identity")
              .in(edge)
              .after(others)
              .attr("T", edge.dtype())
              .one(edge.dtype(), edge.sizes());
      out.add(passed);
    }
    e.give(node, out);
  }
}
