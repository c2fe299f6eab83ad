package dev.fettle.tck.onnx;

import dev.fettle.ir.DType;
import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.Shape;
import dev.fettle.ir.Value;
import dev.fettle.ir.composite.Split;
import dev.fettle.ir.composite.SumOfSquares;
import dev.fettle.tck.onnx.OnnxNode.NotMapped;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** Operators that reduce, move or pick elements. */
final class ShapeMappings {
  private ShapeMappings() {}

  static void add(Map<String, Consumer<Sketch>> table) {
    for (String op : List.of("Reshape", "Flatten", "Squeeze", "Unsqueeze")) {
      table.put(op, s -> s.out(0, s.in(0)));
    }
    table.put("Transpose", ShapeMappings::transpose);
    table.put("Concat", ShapeMappings::concat);
    table.put("Split", ShapeMappings::split);
    table.put("Slice", ShapeMappings::slice);
    table.put("Pad", ShapeMappings::pad);
    table.put("Expand", s -> s.out(0, s.spread(s.in(0), Sketch.shape(s.published(0).sizes()))));
    reductions(table);
    table.put("ArgMax", ShapeMappings::argmax);
    table.put("CumSum", ShapeMappings::cumsum);
    table.put("TopK", ShapeMappings::topK);
    table.put("Gather", ShapeMappings::gather);
    table.put("GatherElements", ShapeMappings::gatherElements);
    table.put("ScatterND", ShapeMappings::scatterNd);
  }

  private static void transpose(Sketch s) {
    Value x = s.in(0);
    int rank = x.shape().rank();
    List<Integer> reversed = IntStream.range(0, rank).map(i -> rank - 1 - i).boxed().toList();
    List<Integer> order =
        s.node()
            .integers("perm")
            .map(p -> p.stream().map(Long::intValue).toList())
            .orElse(reversed);
    s.out(0, s.g().transpose(x, order));
  }

  private static void concat(Sketch s) {
    List<Value> parts = IntStream.range(0, s.node().inputs().size()).mapToObj(s::in).toList();
    int axis = s.axis("axis", 0, parts.get(0).shape().rank());
    s.out(0, s.g().concat(parts, axis));
  }

  private static void split(Sketch s) {
    Value x = s.in(0);
    int axis = s.axis("axis", 0, x.shape().rank());
    List<dev.fettle.ir.Dim> parts = new ArrayList<>();
    for (int i = 0; i < s.node().outputs().size(); i++) {
      parts.add(Sketch.dim(s.published(i).sizes()[axis]));
    }
    List<Value> results = Split.of(s.g(), x, axis, parts);
    for (int i = 0; i < results.size(); i++) {
      s.out(i, results.get(i));
    }
  }

  private static void slice(Sketch s) {
    Value x = s.in(0);
    if (s.node().optional(4).isPresent() && s.numbers(4).stream().anyMatch(step -> step != 1)) {
      throw new NotMapped("steps");
    }
    if (s.node().optional(3).isPresent()) {
      throw new NotMapped("only leading axes");
    }
    List<Long> starts = new ArrayList<>();
    List<Long> sizes = new ArrayList<>();
    for (int i = 0; i < x.shape().rank(); i++) {
      List<Long> given = s.numbers(1);
      long start = i < given.size() ? given.get(i) : 0;
      starts.add(start < 0 ? start + x.shape().size(i) : start);
      sizes.add(Sketch.dim(s.published(0).sizes()[i]).size());
    }
    s.out(0, s.g().slice(x, starts, sizes));
  }

  private static void pad(Sketch s) {
    if (!s.node().text("mode", "constant").equals("constant") || s.node().optional(3).isPresent()) {
      throw new NotMapped("only constants, on all axes");
    }
    Value x = s.in(0);
    List<Long> pads = s.numbers(1);
    int rank = x.shape().rank();
    double value = s.node().optional(2).map(t -> t.get(0)).orElse(0.0);
    s.out(0, s.g().pad(x, pads.subList(0, rank), pads.subList(rank, 2 * rank), value));
  }

  private static void reductions(Map<String, Consumer<Sketch>> table) {
    table.put("ReduceSum", s -> reduce(s, GraphBuilder::sum));
    table.put("ReduceMax", s -> reduce(s, GraphBuilder::reduceMax));
    table.put("ReduceMin", s -> reduce(s, (g, x, axes) -> g.neg(g.reduceMax(g.neg(x), axes))));
    table.put("ReduceMean", s -> reduce(s, ShapeMappings::mean));
    table.put("ReduceSumSquare", s -> reduce(s, ShapeMappings::squares));
    table.put("ReduceL2", s -> reduce(s, (g, x, axes) -> g.sqrt(squares(g, x, axes))));
    table.put("ReduceLogSumExp", s -> reduce(s, (g, x, axes) -> g.log(g.sum(g.exp(x), axes))));
  }

  private static Value mean(GraphBuilder g, Value x, List<Integer> axes) {
    Value sum = g.sum(x, axes);
    return g.scale(sum, (double) sum.shape().elements() / x.shape().elements());
  }

  private static Value squares(GraphBuilder g, Value x, List<Integer> axes) {
    boolean all = axes.size() == x.shape().rank() && x.dtype().isFloat();
    return all ? SumOfSquares.of(g, x) : g.sum(g.mul(x, x), axes);
  }

  private interface Reduction {
    Value apply(GraphBuilder g, Value x, List<Integer> axes);
  }

  private static void reduce(Sketch s, Reduction f) {
    Value x = s.in(0);
    int rank = x.shape().rank();
    List<Long> named =
        s.node()
            .optional(1)
            .map(t -> s.numbers(1))
            .or(() -> s.node().integers("axes"))
            .orElse(List.of());
    boolean nothing = named.isEmpty() && s.node().integer("noop_with_empty_axes", 0) == 1;
    List<Integer> axes =
        named.isEmpty()
            ? IntStream.range(0, nothing ? 0 : rank).boxed().toList()
            : named.stream().map(a -> (int) (a < 0 ? a + rank : a)).toList();
    s.out(0, f.apply(s.g(), x, axes));
  }

  private static void argmax(Sketch s) {
    if (s.node().integer("select_last_index", 0) != 0) {
      throw new NotMapped("the last of ties");
    }
    Value x = s.in(0);
    Value index = s.g().argmax(x, s.axis("axis", 0, x.shape().rank()));
    s.out(0, s.g().cast(index, DType.I64));
  }

  private static void cumsum(Sketch s) {
    Value x = s.in(0);
    int axis = x.shape().normalize((int) (long) s.numbers(1).get(0));
    boolean exclusive = s.node().integer("exclusive", 0) == 1;
    s.out(0, s.g().cumsum(x, axis, exclusive, s.node().integer("reverse", 0) == 1));
  }

  private static void topK(Sketch s) {
    Value x = s.in(0);
    int last = x.shape().rank() - 1;
    if (s.axis("axis", -1, last + 1) != last || s.node().integer("largest", 1) != 1) {
      throw new NotMapped("only the largest along the last axis");
    }
    List<Value> top = s.g().topK(x, (int) (long) s.numbers(1).get(0));
    s.out(0, top.get(0));
    s.out(1, s.g().cast(top.get(1), DType.I64));
  }

  private static void gather(Sketch s) {
    Value x = s.in(0);
    int axis = s.axis("axis", 0, x.shape().rank());
    if (s.numbers(1).stream().anyMatch(i -> i < 0)) {
      throw new NotMapped("indices from the end");
    }
    Value index = s.in(1);
    Value picked = s.g().gather(s.moved(x, axis, 0), index);
    // The axes of the indices come first; they belong where the axis was.
    int indices = index.shape().rank();
    List<Integer> order = new ArrayList<>();
    IntStream.range(indices, indices + axis).forEach(order::add);
    IntStream.range(0, indices).forEach(order::add);
    IntStream.range(indices + axis, picked.shape().rank()).forEach(order::add);
    s.out(0, s.g().transpose(picked, order));
  }

  private static void gatherElements(Sketch s) {
    if (s.numbers(1).stream().anyMatch(i -> i < 0)) {
      throw new NotMapped("indices from the end");
    }
    Value x = s.in(0);
    s.out(0, s.g().takeAlong(x, s.in(1), s.axis("axis", 0, x.shape().rank())));
  }

  private static void scatterNd(Sketch s) {
    Value base = s.in(0);
    Value index = s.in(1);
    if (!s.node().text("reduction", "none").equals("add") || index.shape().size(-1) != 1) {
      throw new NotMapped("only additions to whole rows");
    }
    Shape rows = index.shape().without(List.of(index.shape().rank() - 1));
    s.out(0, s.g().scatterAdd(base, s.g().reshape(index, rows), s.in(2)));
  }
}
