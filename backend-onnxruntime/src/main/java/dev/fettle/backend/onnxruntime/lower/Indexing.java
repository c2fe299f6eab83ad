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
