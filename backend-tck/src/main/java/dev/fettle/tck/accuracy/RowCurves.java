package dev.fettle.tck.accuracy;

import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.Value;
import dev.fettle.ir.composite.LayerNorm;
import dev.fettle.ir.composite.RmsNorm;
import dev.fettle.ir.composite.Softmax;
import dev.fettle.tck.accuracy.Curve.Formula;
import java.util.ArrayList;
import java.util.List;

/**
 * Functions of whole rows and columns: what is off there is mostly how their sums are taken. The
 * gradients are those of a sum weighted by the last operand.
 */
final class RowCurves {
  /** Long enough for a single accumulator to be seen. */
  private static final int LONG = 4096;

  private static final double EPSILON = 1e-5;
  private static final Samples NUMBERS = Samples.within(-4, 4);

  private RowCurves() {}

  static List<Curve> all() {
    List<Curve> curves = new ArrayList<>();
    for (int columns : List.of(256, LONG)) {
      // Sharp rows, as trained attention has them: one key takes nearly everything.
      softmax(curves, "softmax/sharp" + columns, Samples.within(-40, 40), columns);
      softmax(curves, "softmax/flat" + columns, Samples.within(-1, 1), columns);
    }
    rmsNorm(curves);
    layerNorm(curves);
    return curves;
  }

  private static Formula weighted(Formula formula) {
    return (g, in) -> g.mul(formula.of(g, in), in.get(in.size() - 1));
  }

  private static void softmax(List<Curve> curves, String name, Samples scores, int columns) {
    Formula softmax = (g, in) -> Softmax.of(g, in.get(0));
    curves.add(
        Curve.of(name, softmax, scores)
            .rowsOf(columns)
            .scaled((g, in) -> g.mul(Softmax.of(g, in.get(0)), depth(g, in.get(0)))));
    // y (d - sum(d y))
    curves.add(
        Curve.of(name, weighted(softmax), scores, NUMBERS)
            .rowsOf(columns)
            .gradient(0)
            .scaled(
                (g, in) -> {
                  Value y = Softmax.of(g, in.get(0));
                  Value d = g.abs(in.get(1));
                  Value dot = g.broadcastColumn(g.sum(g.mul(y, d), List.of(1)), y.shape());
                  return g.mul(g.mul(y, g.add(d, dot)), depth(g, in.get(0)));
                }));
  }

  /** By how much {@code e^(x - max)} magnifies the rounding of its argument, and the sum's own. */
  private static Value depth(GraphBuilder g, Value x) {
    Value max = g.broadcastColumn(g.reduceMax(x, List.of(1)), x.shape());
    return g.offset(g.sub(max, x), 2);
  }

  private static void rmsNorm(List<Curve> curves) {
    Formula norm = (g, in) -> RmsNorm.of(g, in.get(0), row(g, in.get(1)), EPSILON);
    curves.add(Curve.of("rmsNorm", norm, NUMBERS, NUMBERS).rowsOf(LONG));
    Curve weighted = Curve.of("rmsNorm", weighted(norm), NUMBERS, NUMBERS, NUMBERS).rowsOf(LONG);
    // gamma d, less what all of it has along x
    curves.add(
        weighted
            .gradient(0)
            .scaled((g, in) -> withMean(g, g.mul(in.get(2), repeated(g, in.get(1))), one(g, in))));
    curves.add(weighted.gradient(1).scaled((g, in) -> columnSums(g, in.get(2))));
  }

  private static void layerNorm(List<Curve> curves) {
    Formula norm =
        (g, in) -> LayerNorm.of(g, in.get(0), row(g, in.get(1)), row(g, in.get(2)), EPSILON);
    // gamma (x - mean) + beta, where the mean is no better than the sum of |x|
    curves.add(
        Curve.of("layerNorm", norm, NUMBERS, NUMBERS, NUMBERS)
            .rowsOf(LONG)
            .scaled(
                (g, in) -> {
                  Value shift = g.abs(repeated(g, in.get(2)));
                  return g.add(withMean(g, in.get(0), repeated(g, in.get(1))), shift);
                }));
    Curve weighted =
        Curve.of("layerNorm", weighted(norm), NUMBERS, NUMBERS, NUMBERS, NUMBERS).rowsOf(LONG);
    curves.add(
        weighted
            .gradient(0)
            .scaled((g, in) -> withMean(g, g.mul(in.get(3), repeated(g, in.get(1))), one(g, in))));
    curves.add(weighted.gradient(1).scaled((g, in) -> columnSums(g, in.get(3))));
    curves.add(weighted.gradient(2).scaled((g, in) -> columnSums(g, in.get(3))));
  }

  /** The first row: a scale or a shift has one. */
  private static Value row(GraphBuilder g, Value x) {
    return g.reshape(g.sliceAxis(x, 0, 0, x.shape().dim(0).withSize(1)), x.shape().dim(1));
  }

  private static Value one(GraphBuilder g, List<Value> in) {
    return g.fill(1, in.get(0).type());
  }

  private static Value repeated(GraphBuilder g, Value x) {
    return g.broadcastRow(row(g, x), x.shape());
  }

  /** {@code (|x| + mean(|x|)) |factor|}. */
  private static Value withMean(GraphBuilder g, Value x, Value factor) {
    Value size = g.abs(x);
    Value mean = g.scale(g.sum(size, List.of(1)), 1.0 / x.shape().size(-1));
    return g.mul(g.add(size, g.broadcastColumn(mean, x.shape())), g.abs(factor));
  }

  /** Sums of the sizes of a column's terms. */
  private static Value columnSums(GraphBuilder g, Value d) {
    return g.broadcastRow(g.sum(g.abs(d), List.of(0)), d.shape());
  }
}
