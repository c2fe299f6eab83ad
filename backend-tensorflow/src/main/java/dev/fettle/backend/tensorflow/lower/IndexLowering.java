package dev.fettle.backend.tensorflow.lower;

import dev.fettle.ir.DType;
import dev.fettle.ir.Node;
import dev.fettle.ir.Value;
import dev.fettle.ir.op.Index.DynamicUpdateSlice;
import dev.fettle.ir.op.Index.Gather;
import dev.fettle.ir.op.Index.ScatterAdd;
import dev.fettle.ir.op.Index.TakeAlong;
import dev.fettle.ir.op.Index.TopK;
import dev.fettle.spi.support.Lowerings;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** Reading and writing at computed positions. */
final class IndexLowering {
  private IndexLowering() {}

  static void register(Lowerings<TfEmission> table) {
    table.put(Gather.class, IndexLowering::gather);
    table.put(ScatterAdd.class, IndexLowering::scatterAdd);
    table.put(TakeAlong.class, IndexLowering::takeAlong);
    table.put(DynamicUpdateSlice.class, IndexLowering::update);
    table.put(TopK.class, IndexLowering::topK);
  }

  private static void gather(TfEmission e, Gather op, Node node) {
    Edge table = e.exact(node.inputs().get(0));
    e.give(node, e.ops().gather(table, e.exact(node.inputs().get(1)), 0));
  }

  /** The kernel adds into its operand's buffer where nobody else holds it. */
  private static void scatterAdd(TfEmission e, ScatterAdd op, Node node) {
    Edge base = e.exact(node.inputs().get(0));
    Edge indices = e.exact(node.inputs().get(1));
    Edge updates = e.exact(node.inputs().get(2));
    long n = indices.elements();
    Edge at = e.ops().reshape(indices, List.of(n, 1L));
    List<Long> rows = new ArrayList<>(List.of(n));
    rows.addAll(base.sizes().subList(1, base.rank()));
    Edge by = e.ops().reshape(updates, rows);
    if (e.onGpu() && base.dtype() != DType.I64 && base.rank() > 0) {
      e.give(node, bySegments(e, base, e.ops().reshape(indices, List.of(n)), by));
      return;
    }
    DType dtype = TfEmission.isByte(base.dtype()) ? DType.I32 : base.dtype();
    Edge y =
        e.writer()
            .node("TensorScatterAdd")
            .in(e.ops().cast(base, dtype), at, e.ops().cast(by, dtype))
            .attr("T", dtype)
            .attr("Tindices", indices.dtype())
            .one(dtype, base.sizes());
    e.give(node, e.ops().cast(y, base.dtype()));
  }

  /** Rows that go to one place are sorted and added in order: the same bits each time. */
  private static Edge bySegments(TfEmission e, Edge base, Edge indices, Edge rows) {
    Ops ops = e.ops();
    boolean whole = TfEmission.isByte(base.dtype()) || base.dtype() == DType.I32;
    DType dtype = whole ? DType.I32 : base.dtype() == DType.F64 ? DType.F64 : DType.F32;
    Edge sums =
        e.writer()
            .node("UnsortedSegmentSum")
            .in(ops.cast(rows, dtype), indices, ops.scalar(DType.I32, base.sizes().get(0)))
            .attr("T", dtype)
            .attr("Tindices", indices.dtype())
            .attr("Tnumsegments", DType.I32)
            .one(dtype, base.sizes());
    return ops.cast(ops.binary("AddV2", ops.cast(base, dtype), sums), base.dtype());
  }

  private static void takeAlong(TfEmission e, TakeAlong op, Node node) {
    Edge x = e.exact(node.inputs().get(0));
    Edge indices = e.exact(node.inputs().get(1));
    if (op.axis() == x.rank() - 1) {
      e.give(node, e.ops().gather(x, indices, op.axis()));
      return;
    }
    // Elsewhere: [outer, n, inner] read flat, at (o n + index) inner + i.
    Box box = Box.of(x.sizes(), op.axis());
    long k = indices.sizes().get(op.axis());
    Ops ops = e.ops();
    Edge at = ops.reshape(ops.cast(indices, DType.I64), List.of(box.outer, k, box.inner));
    Edge o = ops.reshape(ops.range(DType.I64, box.outer), List.of(box.outer, 1L, 1L));
    Edge i = ops.reshape(ops.range(DType.I64, box.inner), List.of(1L, 1L, box.inner));
    Edge row = ops.binary("AddV2", at, ops.mul(o, ops.scalar(DType.I64, (double) box.n)));
    Edge flat = ops.binary("AddV2", ops.mul(row, ops.scalar(DType.I64, (double) box.inner)), i);
    Edge all = ops.reshape(x, List.of(x.elements()));
    Edge picked = ops.gather(all, ops.reshape(flat, List.of(flat.elements())), 0);
    e.give(node, ops.reshape(picked, TfEmission.sizes(node.output())));
  }

  /** A shape seen from one axis. */
  private record Box(long outer, long n, long inner) {
    static Box of(List<Long> sizes, int axis) {
      long outer = sizes.subList(0, axis).stream().reduce(1L, (a, b) -> a * b);
      long inner = sizes.subList(axis + 1, sizes.size()).stream().reduce(1L, (a, b) -> a * b);
      return new Box(outer, sizes.get(axis), inner);
    }
  }

  private static void update(TfEmission e, DynamicUpdateSlice op, Node node) {
    Value old = node.inputs().get(0);
    Optional<String> slot = e.state().flatMap(s -> s.inPlace(old, node.output()));
    if (slot.isPresent()) {
      overwrite(e, op, node, slot.get());
      return;
    }
    Edge x = e.exact(old);
    Edge start = e.exact(node.inputs().get(2));
    Edge update = e.exact(node.inputs().get(1));
    Edge end =
        e.ops()
            .binary(
                "AddV2",
                start,
                e.ops().scalar(DType.I32, update.sizes().get(op.axis()).doubleValue()));
    long others = (1L << x.rank()) - 1 - (1L << op.axis());
    Edge y =
        e.writer()
            .node("TensorStridedSliceUpdate")
            .in(x, everywhere(e, start, x.rank()), everywhere(e, end, x.rank()))
            .in(e.ops().ints(Collections.nCopies(x.rank(), 1)), update)
            .attr("T", x.dtype())
            .attr("Index", DType.I32)
            .attr("begin_mask", others)
            .attr("end_mask", others)
            .one(x.dtype(), x.sizes());
    e.give(node, y);
  }

  /** The number on every axis; masks leave all but one of them unread. */
  private static Edge everywhere(TfEmission e, Edge scalar, int rank) {
    return e.ops().broadcastTo(scalar, List.of((long) rank));
  }

  /**
   * Writes the update's rows into the variable's own buffer, as a cache of keys and values needs:
   * the work is that of the update, whatever the size of the cache.
   */
  private static void overwrite(TfEmission e, DynamicUpdateSlice op, Node node, String slot) {
    Ops ops = e.ops();
    Edge x = e.exact(node.inputs().get(0));
    Edge update = e.exact(node.inputs().get(1));
    Edge start = e.exact(node.inputs().get(2));
    Box box = Box.of(x.sizes(), op.axis());
    long k = update.sizes().get(op.axis());
    Edge o = ops.reshape(ops.range(DType.I32, box.outer), List.of(box.outer, 1L));
    Edge first = ops.mul(o, ops.scalar(DType.I32, (double) box.n));
    Edge at = ops.binary("AddV2", ops.binary("AddV2", first, start), ops.range(DType.I32, k));
    Edge rows = ops.reshape(x, List.of(box.outer * box.n, box.inner));
    Edge written =
        e.writer()
            .node("InplaceUpdate")
            .distinct()
            .in(rows, ops.reshape(at, List.of(at.elements())))
            .in(ops.reshape(update, List.of(box.outer * k, box.inner)))
            .attr("T", x.dtype())
            .one(x.dtype(), rows.sizes());
    e.state().orElseThrow().overwrittenBy(slot, written.node());
    e.give(node, ops.reshape(written, x.sizes()));
  }

  private static void topK(TfEmission e, TopK op, Node node) {
    Edge x = e.exact(node.inputs().get(0));
    List<Long> sizes = TfEmission.sizes(node.outputs().get(0));
    List<Edge> top =
        e.writer()
            .node("TopKV2")
            .in(x, e.ops().scalar(DType.I32, op.k()))
            .attr("T", x.dtype())
            .attr("sorted", true)
            .many(
                List.of(
                    new GraphWriter.Result(x.dtype(), sizes),
                    new GraphWriter.Result(DType.I32, sizes)));
    e.give(node, top);
  }
}
