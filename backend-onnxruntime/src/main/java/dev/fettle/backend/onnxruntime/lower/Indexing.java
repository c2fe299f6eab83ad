package dev.fettle.backend.onnxruntime.lower;

import dev.fettle.ir.DType;
import dev.fettle.ir.Node;
import dev.fettle.ir.Shape;
import dev.fettle.ir.Value;
import dev.fettle.ir.op.Index;
import dev.fettle.spi.support.Lowerings;
import java.util.ArrayList;
import java.util.List;

/** Reading and writing at computed positions. */
final class Indexing {
  private Indexing() {}

  static void register(Lowerings<OnnxEmission> table) {
    table
        .put(Index.Gather.class, Indexing::gather)
        .put(Index.ScatterAdd.class, Indexing::scatterAdd)
        .put(Index.TakeAlong.class, Indexing::takeAlong)
        .put(Index.DynamicUpdateSlice.class, Indexing::updateSlice)
        .put(Index.TopK.class, Indexing::topK);
  }

  private static void gather(OnnxEmission c, Index.Gather op, Node node) {
    String table = c.whole(node.inputs().get(0));
    String indices = c.whole(node.inputs().get(1));
    c.bind(node.output(), c.node("Gather", List.of(table, indices), Attributes.integer("axis", 0)));
  }

  private static void scatterAdd(OnnxEmission c, Index.ScatterAdd op, Node node) {
    Value base = node.inputs().get(0);
    Value indices = node.inputs().get(1);
    long most = c.target().longestEqualRows();
    if (base.dtype() == DType.F32 && indices.shape().elements() <= most) {
      addEqualFirst(c, node);
      return;
    }
    List<Long> tuples = new ArrayList<>(OnnxEmission.sizes(indices.shape()));
    tuples.add(1L);
    String at = c.reshaped(Layouts.longIndex(c, indices), tuples);
    c.bind(
        node.output(),
        c.node(
            "ScatterND",
            List.of(c.whole(base), at, c.whole(node.inputs().get(2))),
            Attributes.text("reduction", "add")));
  }

  /**
   * Additions in one order: rows of equal indices are added up by a product with the matrix of
   * which are equal, and then each of them writes the same whole sum.
   */
  private static void addEqualFirst(OnnxEmission c, Node node) {
    Value base = node.inputs().get(0);
    Value indices = node.inputs().get(1);
    List<Long> sizes = OnnxEmission.sizes(node.inputs().get(2).shape());
    long n = indices.shape().elements();
    long width = base.shape().elements() / base.shape().size(0);
    DType wide = c.tf32() ? DType.F64 : DType.F32;
    String index = c.whole(indices);
    String equal =
        c.node("Equal", c.reshaped(index, List.of(n, 1L)), c.reshaped(index, List.of(1L, n)));
    String rows = c.reshaped(c.whole(node.inputs().get(2)), List.of(n, width));
    String sums =
        c.node("Gemm", c.cast(equal, wide), wide == DType.F32 ? rows : c.cast(rows, wide));
    sums = wide == DType.F32 ? sums : c.cast(sums, DType.F32);
    String whole = c.whole(base);
    if (c.uses().splat(base).filter(x -> x == 0).isEmpty()) {
      String before = c.node("Gather", List.of(whole, index), Attributes.integer("axis", 0));
      sums = c.node("Add", c.reshaped(before, List.of(n, width)), sums);
    }
    List<Long> tuples = new ArrayList<>(OnnxEmission.sizes(indices.shape()));
    tuples.add(1L);
    String at = c.reshaped(Layouts.longIndex(c, indices), tuples);
    c.bind(node.output(), c.node("ScatterND", whole, at, c.reshaped(sums, sizes)));
  }

  private static void takeAlong(OnnxEmission c, Index.TakeAlong op, Node node) {
    c.bind(
        node.output(),
        c.node(
            "GatherElements",
            List.of(c.whole(node.inputs().get(0)), c.whole(node.inputs().get(1))),
            Attributes.integer("axis", op.axis())));
  }

  /**
   * A ScatterND of whole blocks at the positions {@code (i, ..., start + j)}: where the result lies
   * in the operand's memory, only the update is written.
   */
  private static void updateSlice(OnnxEmission c, Index.DynamicUpdateSlice op, Node node) {
    Value update = node.inputs().get(1);
    int depth = op.axis() + 1;
    List<Long> box = OnnxEmission.sizes(update.shape()).subList(0, depth);
    List<Long> grid = new ArrayList<>(box);
    grid.add((long) depth);
    String base = c.graph().literal(DType.I64, grid, i -> coordinate(box, i / depth, i % depth));
    String unit = c.graph().literal(DType.I64, List.of((long) depth), i -> i == op.axis() ? 1 : 0);
    String start = Layouts.longIndex(c, node.inputs().get(2));
    String at = c.node("Add", base, c.node("Mul", unit, start));
    c.bind(node.output(), c.node("ScatterND", c.whole(node.inputs().get(0)), at, c.whole(update)));
  }

  /** Where element {@code i} of a box, in row-major order, lies along an axis. */
  private static long coordinate(List<Long> box, int i, int axis) {
    long below = 1;
    for (int k = axis + 1; k < box.size(); k++) {
      below *= box.get(k);
    }
    return i / below % box.get(axis);
  }

  private static void topK(OnnxEmission c, Index.TopK op, Node node) {
    Shape out = node.outputs().get(0).shape();
    Value x = node.inputs().get(0);
    boolean narrow = x.dtype() == DType.I8 || x.dtype() == DType.U8;
    String in = narrow ? c.cast(c.whole(x), DType.I32) : c.whole(x);
    List<String> both =
        c.nodes(
            "TopK",
            List.of(in, c.graph().longs(List.of((long) op.k()))),
            2,
            Attributes.integer("axis", out.rank() - 1));
    c.bind(node.outputs().get(0), narrow ? c.cast(both.get(0), x.dtype()) : both.get(0));
    c.bind(node.outputs().get(1), c.cast(both.get(1), DType.I32));
  }
}
