package dev.fettle.tck.accuracy;

import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.Value;
import dev.fettle.ir.composite.Gelu;
import dev.fettle.ir.composite.SwiGlu;
import dev.fettle.ir.op.Elementwise.Unary;
import dev.fettle.ir.op.Elementwise.UnaryKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Every function that is more than one rounding, with its gradients. */
public final class Curves {
  /** Beyond, products of a few such numbers leave the type. */
  private static final double ACTIVATION = 1e6;

  private Curves() {}

  /** All of them. */
  public static List<Curve> all() {
    List<Curve> curves = new ArrayList<>();
    functions(curves);
    powers(curves);
    gelus(curves);
    swiGlu(curves);
    curves.addAll(RowCurves.all());
    return curves;
  }

  private static Curve unary(UnaryKind kind, Samples samples) {
    String name = kind.name().toLowerCase(Locale.ROOT);
    return Curve.of(name, (g, in) -> g.emitOne(new Unary(kind), in.get(0)), samples);
  }

  private static void functions(List<Curve> curves) {
    Curve exp = unary(UnaryKind.EXP, Samples.all(-104, 89));
    Curve log = unary(UnaryKind.LOG, Samples.positive(0.5, 2));
    Curve sqrt = unary(UnaryKind.SQRT, Samples.positive(0, 4));
    Curve rsqrt = unary(UnaryKind.RSQRT, Samples.positive(0, 4));
    Curve tanh = unary(UnaryKind.TANH, Samples.all(-10, 10));
    Curve logistic = unary(UnaryKind.LOGISTIC, Samples.all(-90, 30));
    Curve erf = unary(UnaryKind.ERF, Samples.all(-5, 5));
    curves.addAll(List.of(exp, log, sqrt, rsqrt, tanh, logistic, erf));
    curves.addAll(List.of(exp.gradient(0), log.gradient(0), sqrt.gradient(0)));
    // y^3
    curves.add(rsqrt.gradient(0).scaled((g, in) -> cube(g, g.rsqrt(in.get(0)))));
    // 1 - y^2
    curves.add(tanh.gradient(0).scaled((g, in) -> g.fill(1, in.get(0).type())));
    // y (1 - y)
    curves.add(logistic.gradient(0).scaled((g, in) -> g.logistic(in.get(0))));
    // e^(-x^2): the rounding of the square is magnified.
    curves.add(
        erf.gradient(0)
            .scaled(
                (g, in) -> {
                  Value square = g.mul(in.get(0), in.get(0));
                  return g.mul(g.offset(square, 1), g.exp(g.neg(square)));
                }));
  }

  private static Value cube(GraphBuilder g, Value x) {
    return g.mul(x, g.mul(x, x));
  }

  private static void powers(List<Curve> curves) {
    Samples exponents = Samples.within(-3, 3);
    Samples bases = Samples.within(1e-6, 1e6);
    Curve pow = Curve.of("pow", (g, in) -> g.pow(in.get(0), in.get(1)), bases, exponents);
    curves.add(pow);
    // y x^(y - 1): the rounding of y - 1 is magnified by log(x).
    curves.add(
        pow.gradient(0)
            .scaled(
                (g, in) -> {
                  Value lowered = g.offset(in.get(1), -1);
                  Value power = g.mul(in.get(1), g.pow(in.get(0), lowered));
                  Value exponent = g.abs(g.mul(lowered, g.log(in.get(0))));
                  return g.mul(power, g.offset(exponent, 1));
                }));
    // x^y log(x)
    curves.add(pow.gradient(1));
    Curve div =
        Curve.of("div", (g, in) -> g.div(in.get(0), in.get(1)), Samples.within(-1e6, 1e6), bases);
    curves.addAll(List.of(div, div.gradient(0), div.gradient(1)));
  }

  private static void gelus(List<Curve> curves) {
    Samples x = new Samples(-12, 12, -ACTIVATION, ACTIVATION);
    for (Gelu.Form form : Gelu.Form.values()) {
      String name = "gelu/" + form.name().toLowerCase(Locale.ROOT);
      Curve gelu = Curve.of(name, (g, in) -> Gelu.of(g, in.get(0), form), x);
      // x (1 + erf) / 2
      curves.add(gelu.scaled((g, in) -> g.scale(in.get(0), 0.5)));
      curves.add(
          gelu.gradient(0)
              .scaled(
                  (g, in) -> form == Gelu.Form.EXACT ? bell(g, in.get(0)) : wave(g, in.get(0))));
    }
  }

  /** Of {@code Phi(x) + x phi(x)}, with what the exponential magnifies. */
  private static Value bell(GraphBuilder g, Value x) {
    Value half = g.scale(g.mul(x, x), 0.5);
    Value bell = g.scale(g.exp(g.neg(half)), 1 / Math.sqrt(2 * Math.PI));
    return g.offset(g.mul(g.abs(x), g.mul(bell, g.offset(half, 1))), 0.5);
  }

  /** Of {@code w + x w (1 - w) 2u'} with {@code w = logistic(2u)}. */
  private static Value wave(GraphBuilder g, Value x) {
    double rate = Math.sqrt(2 / Math.PI);
    Value square = g.mul(x, x);
    Value u = g.mul(x, g.offset(g.scale(square, rate * 0.044715), rate));
    Value slope = g.offset(g.scale(square, 3 * rate * 0.044715), rate);
    // Beyond, 1 - w is 0 on every way.
    Value near = g.cast(g.less(g.abs(u), g.fill(10, u.type())), x.dtype());
    return g.offset(g.mul(near, g.mul(g.abs(x), slope)), 0.5);
  }

  private static void swiGlu(List<Curve> curves) {
    Samples gates = new Samples(-90, 30, -ACTIVATION, ACTIVATION);
    Samples ups = Samples.within(-8, 8);
    Curve swiGlu = Curve.of("swiGlu", (g, in) -> SwiGlu.of(g, in.get(0), in.get(1)), gates, ups);
    curves.add(swiGlu);
    // up (s + gate (s - s^2))
    curves.add(
        swiGlu
            .gradient(0)
            .scaled(
                (g, in) -> {
                  Value s = g.logistic(in.get(0));
                  return g.mul(in.get(1), g.mul(s, g.offset(g.abs(in.get(0)), 1)));
                }));
    curves.add(swiGlu.gradient(1));
  }
}
