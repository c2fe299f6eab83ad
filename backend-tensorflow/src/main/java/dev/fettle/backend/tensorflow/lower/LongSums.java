package dev.fettle.backend.tensorflow.lower;

import dev.fettle.ir.DType;
import dev.fettle.spi.support.LongSum;
import dev.fettle.spi.support.LongSum.Cut;
import dev.fettle.spi.support.LongSum.Run;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * F32 sums over leading or middle axes, level by level. The kernels sum a row as a tree, however
 * long it is, but a column in one accumulator.
 */
final class LongSums {
  /** Terms of one column's sum. */
  private static final long COLUMN = 256;

  private LongSums() {}

  /** True where a column of the sum is longer than one accumulator can take. */
  static boolean isLong(Edge x, List<Integer> axes) {
    List<Run> runs = LongSum.runs(x.sizes(), axes);
    // A last run of columns is one of rows.
    List<Run> columns = runs.isEmpty() ? runs : runs.subList(0, runs.size() - 1);
    return columns.stream().anyMatch(r -> r.summed() && r.size() > COLUMN);
  }

  /** The sum, over the trailing axes first. */
  static Edge sum(TfEmission e, Edge x, List<Integer> axes) {
    List<Run> runs = LongSum.runs(x.sizes(), axes);
    Edge y = e.ops().reshape(x, runs.stream().map(Run::size).toList());
    for (int i = runs.size() - 1; i >= 0; i--) {
      if (runs.get(i).summed()) {
        y = level(e, y, i);
      }
    }
    List<Long> left = new ArrayList<>();
    for (int i = 0; i < x.rank(); i++) {
      if (!axes.contains(i)) {
        left.add(x.sizes().get(i));
      }
    }
    return e.ops().reshape(y, left);
  }

  /** Sums over one axis. */
  private static Edge level(TfEmission e, Edge x, int axis) {
    long n = x.sizes().get(axis);
    if (axis == x.rank() - 1) {
      return e.ops().reduce("Sum", x, List.of(axis));
    }
    if (n <= COLUMN) {
      return axis == 0 && x.rank() == 2 ? columns(e, x) : e.ops().reduce("Sum", x, List.of(axis));
    }
    Cut cut = LongSum.cut(n, COLUMN);
    if (cut.rest() > 0) {
      Edge head = level(e, part(e, x, axis, 0, n - cut.rest()), axis);
      return e.ops()
          .binary("AddV2", head, level(e, part(e, x, axis, n - cut.rest(), cut.rest()), axis));
    }
    // Terms far apart make a group: the neighbours of a term, which belong to other groups, lie
    // beside it as more columns do.
    List<Long> wide = new ArrayList<>(x.sizes());
    wide.set(axis, cut.each());
    wide.set(axis + 1, cut.groups() * x.sizes().get(axis + 1));
    List<Long> groups = new ArrayList<>(x.sizes());
    groups.set(axis, cut.groups());
    return level(e, e.ops().reshape(level(e, e.ops().reshape(x, wide), axis), groups), axis);
  }

  /** The bias gradient's kernel sums columns in cache-sized blocks; Sum walks them one by one. */
  static Edge columns(TfEmission e, Edge rows) {
    List<Long> sizes = List.of(rows.sizes().get(1));
    if (e.onGpu()) {
      return e.ops().reduce("Sum", rows, List.of(0));
    }
    return e.writer().node("BiasAddGrad").in(rows).attr("T", rows.dtype()).one(rows.dtype(), sizes);
  }

  private static Edge part(TfEmission e, Edge x, int axis, long start, long size) {
    List<Long> starts = new ArrayList<>(Collections.nCopies(x.rank(), 0L));
    starts.set(axis, start);
    List<Long> sizes = new ArrayList<>(x.sizes());
    sizes.set(axis, size);
    return e.writer()
        .node("Slice")
        .in(x, e.ops().longs(starts), e.ops().longs(sizes))
        .attr("T", x.dtype())
        .attr("Index", DType.I64)
        .one(x.dtype(), sizes);
  }
}
