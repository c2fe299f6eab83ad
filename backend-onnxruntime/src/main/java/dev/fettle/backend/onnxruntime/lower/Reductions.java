package dev.fettle.backend.onnxruntime.lower;

import dev.fettle.ir.DType;
import dev.fettle.ir.Node;
import dev.fettle.ir.Value;
import dev.fettle.ir.composite.SumOfSquares;
import dev.fettle.ir.op.Reduce;
import dev.fettle.spi.support.LongSum;
import dev.fettle.spi.support.LongSum.Cut;
import dev.fettle.spi.support.LongSum.Run;
import dev.fettle.spi.support.Lowerings;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Reductions and scans. The runtime sums a column in one F32 accumulator and a row in eight, so
 * sums over more terms than those can take are made level by level.
 */
final class Reductions {
  /** Terms of one column's sum. */
  private static final long COLUMN = 256;

  /** Terms that CUDA's reduction of a column adds up in one block, and so always in one order. */
  private static final long SHORT_COLUMN = 64;

  /** Steps of a running sum, from which on it is kept in F64. */
  private static final long SCAN = 1024;

  private Reductions() {}

  static void register(Lowerings<OnnxEmission> table) {
    table
        .put(Reduce.Sum.class, Reductions::sum)
        .put(Reduce.Max.class, Reductions::max)
        .put(Reduce.Argmax.class, Reductions::argmax)
        .put(Reduce.Cumsum.class, Reductions::cumsum)
        .put(SumOfSquares.class, Reductions::sumOfSquares);
  }

  private static void sum(OnnxEmission c, Reduce.Sum op, Node node) {
    Value x = node.inputs().get(0);
    if (x.dtype() == DType.F32) {
      Operand all = new Operand(c.whole(x), OnnxEmission.sizes(x.shape()));
      c.bind(node.output(), longSum(c, all, op.axes(), OnnxEmission.sizes(node.output().shape())));
      return;
    }
    DType wide = narrow(x.dtype()) ? DType.I32 : x.dtype();
    String y =
        reduce(
            c, "ReduceSum", wide == x.dtype() ? c.whole(x) : c.cast(c.whole(x), wide), op.axes());
    c.bind(node.output(), wide == x.dtype() ? y : c.cast(y, x.dtype()));
  }

  /** An F32 sum of any length, over the trailing axes first. */
  static String longSum(OnnxEmission c, Operand x, List<Integer> axes, List<Long> resultSizes) {
    long terms = axes.stream().mapToLong(a -> x.dims().get(a)).reduce(1, Math::multiplyExact);
    if (terms <= (c.target() == Target.CPU ? COLUMN : SHORT_COLUMN)) {
      return reduce(c, "ReduceSum", x.name(), axes);
    }
    List<Run> runs = LongSum.runs(x.dims(), axes);
    if (isColumns(runs, c)) {
      Operand columns = sized(c, x, List.of(runs.get(0).size(), runs.get(1).size()));
      return sized(c, byProduct(c, columns), resultSizes).name();
    }
    List<Long> sizes = new ArrayList<>(runs.stream().map(Run::size).toList());
    Operand y = sized(c, x, sizes);
    for (int i = runs.size() - 1; i >= 0; i--) {
      if (runs.get(i).summed()) {
        y = level(c, y, i);
      }
    }
    return sized(c, y, resultSizes).name();
  }

  private static boolean isColumns(List<Run> runs, OnnxEmission c) {
    return runs.size() == 2 && runs.get(0).summed() && isByProduct(runs.get(0).size(), c);
  }

  /** Whether columns of a length are summed by a product with ones. */
  static boolean isByProduct(long rows, OnnxEmission c) {
    return rows > SHORT_COLUMN
        && c.target().longestColumnByProduct(c.tf32()) > 0
        && divided(rows, c) > 0;
  }

  /** How many terms one product sums; 0 where the column cannot be divided so. */
  private static long divided(long n, OnnxEmission c) {
    long limit = c.target().longestColumnByProduct(c.tf32());
    if (n <= limit) {
      return n;
    }
    Cut cut = LongSum.cut(n, limit);
    return cut.rest() == 0 && cut.each() >= SHORT_COLUMN && cut.each() <= limit ? cut.each() : 0;
  }

  /** The sum of each column of a matrix, as a product with ones: the same bits each time. */
  private static Operand byProduct(OnnxEmission c, Operand x) {
    long rows = x.dims().get(0);
    long width = x.dims().get(1);
    long each = divided(rows, c);
    if (each == rows) {
      return new Operand(ColumnSums.of(c, x), List.of(width));
    }
    String ones = c.graph().literal(DType.F32, List.of(1L, each), i -> 1);
    Operand parts = sized(c, x, List.of(rows / each, each, width));
    Operand sums =
        new Operand(c.node("MatMul", ones, parts.name()), List.of(rows / each, 1L, width));
    Operand groups = sized(c, sums, List.of(rows / each, width));
    return new Operand(longSum(c, groups, List.of(0), List.of(width)), List.of(width));
  }

  /** Sums over one axis. */
  private static Operand level(OnnxEmission c, Operand x, int axis) {
    long n = x.dims().get(axis);
    boolean row = axis == x.dims().size() - 1;
    long limit = row ? c.target().longestRow() : COLUMN;
    if (n <= limit) {
      List<Long> left = new ArrayList<>(x.dims());
      left.remove(axis);
      return new Operand(reduce(c, "ReduceSum", x.name(), List.of(axis)), left);
    }
    Cut cut = LongSum.cut(n, limit);
    if (cut.rest() > 0) {
      Operand head = level(c, Layouts.sliced(c, x, axis, 0, n - cut.rest()), axis);
      Operand tail = level(c, Layouts.sliced(c, x, axis, n - cut.rest(), n), axis);
      return new Operand(c.node("Add", head.name(), tail.name()), head.dims());
    }
    List<Long> grouped = new ArrayList<>(x.dims());
    grouped.set(axis, cut.each());
    grouped.add(axis, cut.groups());
    return level(c, level(c, sized(c, x, grouped), axis + 1), axis);
  }

  private static Operand sized(OnnxEmission c, Operand x, List<Long> sizes) {
    return x.dims().equals(sizes) ? x : new Operand(c.reshaped(x.name(), sizes), sizes);
  }

  private static void max(OnnxEmission c, Reduce.Max op, Node node) {
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
  static String reduce(OnnxEmission c, String op, String x, List<Integer> axes) {
    String which = c.graph().longs(axes.stream().map(Integer::longValue).toList());
    return c.node(
        op,
        List.of(x, which),
        Attributes.flag("keepdims", false),
        Attributes.flag("noop_with_empty_axes", true));
  }

  /** Reduces over the last axis, which stays with one element. */
  static String alongRows(OnnxEmission c, String op, String x) {
    return c.node(op, List.of(x, c.graph().longs(List.of(-1L))), Attributes.flag("keepdims", true));
  }

  private static void argmax(OnnxEmission c, Reduce.Argmax op, Node node) {
    String y =
        c.node(
            "ArgMax",
            List.of(c.whole(node.inputs().get(0))),
            Attributes.integer("axis", op.axis()),
            Attributes.flag("keepdims", false));
    c.bind(node.output(), c.cast(y, DType.I32));
  }

  private static void cumsum(OnnxEmission c, Reduce.Cumsum op, Node node) {
    Value x = node.inputs().get(0);
    boolean many = x.dtype() == DType.F32 && x.shape().size(op.axis()) > SCAN;
    DType wide = narrow(x.dtype()) ? DType.I32 : many ? DType.F64 : x.dtype();
    String in = wide == x.dtype() ? c.whole(x) : c.cast(c.whole(x), wide);
    String y =
        c.node(
            "CumSum",
            List.of(in, c.scalar(DType.I64, op.axis())),
            Attributes.flag("exclusive", op.exclusive()),
            Attributes.flag("reverse", op.reverse()));
    c.bind(node.output(), wide == x.dtype() ? y : c.cast(y, x.dtype()));
  }

  private static void sumOfSquares(OnnxEmission c, SumOfSquares op, Node node) {
    Value x = node.inputs().get(0);
    long n = x.shape().elements();
    if (x.shape().rank() == 0) {
      c.bind(node.output(), c.node("Mul", c.whole(x), c.whole(x)));
    } else if (x.dtype() == DType.F32 && n > COLUMN) {
      Operand all = new Operand(c.whole(x), OnnxEmission.sizes(x.shape()));
      c.bind(node.output(), longSquares(c, sized(c, all, List.of(n))));
    } else {
      List<Integer> axes =
          LongStream.range(0, x.shape().rank()).mapToObj(Math::toIntExact).toList();
      c.bind(node.output(), reduce(c, "ReduceSumSquare", c.whole(x), axes));
    }
  }

  /** The sum of squares of a flat tensor: of each row of it, then of the rows. */
  private static String longSquares(OnnxEmission c, Operand x) {
    long n = x.elements();
    Cut cut = LongSum.cut(n, c.target().longestRow());
    if (cut.rest() > 0) {
      String head = longSquares(c, Layouts.sliced(c, x, 0, 0, n - cut.rest()));
      Operand tail = Layouts.sliced(c, x, 0, n - cut.rest(), n);
      return c.node("Add", head, reduce(c, "ReduceSumSquare", tail.name(), List.of(0)));
    }
    Operand rows = sized(c, x, List.of(cut.groups(), cut.each()));
    String sums = reduce(c, "ReduceSumSquare", rows.name(), List.of(1));
    return longSum(c, new Operand(sums, List.of(cut.groups())), List.of(0), List.of());
  }
}
