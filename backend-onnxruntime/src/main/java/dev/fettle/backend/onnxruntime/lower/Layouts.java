package dev.fettle.backend.onnxruntime.lower;

import dev.fettle.ir.DType;
import dev.fettle.ir.Dim;
import dev.fettle.ir.Node;
import dev.fettle.ir.Value;
import dev.fettle.ir.composite.Split;
import dev.fettle.ir.op.Layout;
import dev.fettle.spi.support.Lowerings;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Operations that move or repeat elements. Reshapes and broadcasts copy nothing. */
final class Layouts {
  private Layouts() {}

  static void register(Lowerings<OnnxEmission> table) {
    table
        .put(Layout.Reshape.class, Layouts::reshape)
        .put(Layout.Transpose.class, Layouts::transpose)
        .put(Layout.Broadcast.class, Layouts::broadcast)
        .put(Layout.Slice.class, Layouts::slice)
        .put(Split.class, Layouts::split)
        .put(Layout.Concat.class, Layouts::concat)
        .put(Layout.Pad.class, Layouts::pad)
        .put(Layout.Barrier.class, Layouts::barrier);
  }

  private static void reshape(OnnxEmission c, Layout.Reshape op, Node node) {
    Value x = node.inputs().get(0);
    Operand in = c.read(x);
    if (x.shape().sameSizes(op.shape()) || in.dims().isEmpty()) {
      // Only names change, or one number fills any shape.
      c.bind(node.output(), in);
    } else {
      c.bind(node.output(), c.reshaped(c.whole(x), OnnxEmission.sizes(op.shape())));
    }
  }

  private static void transpose(OnnxEmission c, Layout.Transpose op, Node node) {
    Value x = node.inputs().get(0);
    Operand in = c.read(x);
    if (in.dims().isEmpty()) {
      c.bind(node.output(), in);
      return;
    }
    if (c.target().reshapesForTurns() && movesOnlyOnes(x, op.permutation())) {
      c.bind(node.output(), c.reshaped(c.whole(x), OnnxEmission.sizes(node.output().shape())));
      return;
    }
    c.bind(node.output(), transposed(c, c.whole(x), op.permutation()));
  }

  /** True where all axes of more than one element stay in their order, so that none moves. */
  private static boolean movesOnlyOnes(Value x, List<Integer> permutation) {
    List<Integer> moved = permutation.stream().filter(i -> x.shape().size(i) > 1).toList();
    return moved.equals(moved.stream().sorted().toList());
  }

  /** A tensor with its axes permuted; of a transposed one, both permutations in one pass. */
  static String transposed(OnnxEmission c, String x, List<Integer> permutation) {
    Optional<OnnxNode> before = c.graph().producer(x).filter(n -> n.op().equals("Transpose"));
    if (before.isPresent()) {
      List<Long> first = before.get().attributes().get(0).getIntsList();
      List<Integer> both = permutation.stream().map(i -> first.get(i).intValue()).toList();
      return transposed(c, before.get().inputs().get(0), both);
    }
    if (permutation.equals(IntStream.range(0, permutation.size()).boxed().toList())) {
      return x;
    }
    return c.node("Transpose", List.of(x), Attributes.integers("perm", permutation));
  }

  private static void broadcast(OnnxEmission c, Layout.Broadcast op, Node node) {
    Operand in = c.read(node.inputs().get(0));
    List<Long> own = in.padded(op.axes().size());
    List<Long> placed = new ArrayList<>(Collections.nCopies(op.shape().rank(), 1L));
    for (int i = 0; i < own.size(); i++) {
      placed.set(op.axes().get(i), own.get(i));
    }
    List<Long> wanted = Operand.stripped(placed);
    boolean same = Operand.stripped(in.dims()).equals(wanted);
    c.bind(
        node.output(), same ? in : new Operand(c.reshaped(in.name(), List.copyOf(wanted)), wanted));
  }

  private static void slice(OnnxEmission c, Layout.Slice op, Node node) {
    Value x = node.inputs().get(0);
    List<Long> starts = new ArrayList<>();
    List<Long> ends = new ArrayList<>();
    List<Long> axes = new ArrayList<>();
    for (int i = 0; i < op.starts().size(); i++) {
      if (op.sizes().get(i) != x.shape().size(i)) {
        starts.add(op.starts().get(i));
        ends.add(op.starts().get(i) + op.sizes().get(i));
        axes.add((long) i);
      }
    }
    if (axes.isEmpty()) {
      c.bind(node.output(), c.read(x));
      return;
    }
    OnnxGraph g = c.graph();
    c.bind(
        node.output(), c.node("Slice", c.whole(x), g.longs(starts), g.longs(ends), g.longs(axes)));
  }

  /** Part of a tensor along one axis, from a position to below another. */
  static Operand sliced(OnnxEmission c, Operand x, int axis, long from, long to) {
    OnnxGraph g = c.graph();
    List<Long> sizes = new ArrayList<>(x.dims());
    sizes.set(axis, to - from);
    List<Long> axes = List.of((long) axis);
    return new Operand(
        c.node("Slice", x.name(), g.longs(List.of(from)), g.longs(List.of(to)), g.longs(axes)),
        sizes);
  }

  private static void split(OnnxEmission c, Split op, Node node) {
    List<Long> sizes = op.parts().stream().map(Dim::size).toList();
    List<String> in = List.of(c.whole(node.inputs().get(0)), c.graph().longs(sizes));
    List<String> parts = c.nodes("Split", in, sizes.size(), Attributes.integer("axis", op.axis()));
    for (int i = 0; i < parts.size(); i++) {
      c.bind(node.outputs().get(i), parts.get(i));
    }
  }

  private static void concat(OnnxEmission c, Layout.Concat op, Node node) {
    List<String> parts = node.inputs().stream().map(c::whole).toList();
    c.bind(node.output(), c.node("Concat", parts, Attributes.integer("axis", op.axis())));
  }

  private static void pad(OnnxEmission c, Layout.Pad op, Node node) {
    Value x = node.inputs().get(0);
    List<Long> amounts = new ArrayList<>(op.before());
    amounts.addAll(op.after());
    c.bind(
        node.output(),
        c.node("Pad", c.whole(x), c.graph().longs(amounts), c.scalar(x.dtype(), op.value())));
  }

  private static void barrier(OnnxEmission c, Layout.Barrier op, Node node) {
    List<Operand> in = c.readAll(node);
    for (int i = 0; i < in.size(); i++) {
      Value v = node.outputs().get(i);
      c.bind(v, new Operand(after(c, in.get(i), v.dtype(), in), in.get(i).dims()));
    }
  }

  /**
   * A tensor that cannot be read before others are there. The runtime knows no control edges and
   * runs nodes in any order their data allow, so the order is made a matter of data: the result is
   * the tensor reshaped to {@code sizes + 0}, where the 0 is computed from the shapes (never the
   * elements) of the others. Nothing is copied.
   */
  static String after(OnnxEmission c, Operand x, DType dtype, List<Operand> others) {
    List<String> firstSizes = new ArrayList<>();
    for (Operand o : others) {
      String some = o.dims().isEmpty() ? c.reshaped(o.name(), List.of(1L)) : o.name();
      firstSizes.add(
          c.node(
              "Shape",
              List.of(some),
              Attributes.integer("start", 0),
              Attributes.integer("end", 1)));
    }
    String all =
        firstSizes.size() == 1
            ? firstSizes.get(0)
            : c.node("Concat", firstSizes, Attributes.integer("axis", 0));
    String total = c.node("ReduceSum", List.of(all), Attributes.flag("keepdims", true));
    String zero = c.node("Mul", total, c.graph().longs(List.of(0L)));
    String sizes = c.node("Add", c.graph().longs(x.dims()), zero);
    String passed = c.node("Reshape", x.name(), sizes);
    c.graph().sizes(passed, dtype, x.dims());
    return passed;
  }

  /** A tensor of index numbers as the I64 some operators insist on. */
  static String longIndex(OnnxEmission c, Value indices) {
    String i = c.whole(indices);
    return indices.dtype() == DType.I64 ? i : c.cast(i, DType.I64);
  }
}
