package dev.fettle.tck.cases;

import static dev.fettle.ir.Dim.dim;

import dev.fettle.ir.DType;
import dev.fettle.ir.Dim;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.op.Compare.Comparison;
import dev.fettle.ir.op.Compare.Kind;
import dev.fettle.ir.op.Compare.Select;
import dev.fettle.ir.op.Elementwise.Binary;
import dev.fettle.ir.op.Elementwise.BinaryKind;
import dev.fettle.ir.op.Elementwise.Cast;
import dev.fettle.ir.op.Elementwise.Unary;
import dev.fettle.ir.op.Elementwise.UnaryKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Operations on single elements: arithmetic, comparisons, casts. */
final class ElementwiseCases {
  private static final Dim A = dim("a", 3);
  private static final Dim B = dim("b", 4);
  private static final double INF = Double.POSITIVE_INFINITY;
  private static final double NAN = Double.NaN;

  private ElementwiseCases() {}

  static List<OpCase> all() {
    List<OpCase> cases = new ArrayList<>();
    unary(cases);
    binary(cases);
    integers(cases);
    compare(cases);
    casts(cases);
    return cases;
  }

  private static void unary(List<OpCase> cases) {
    for (UnaryKind kind : UnaryKind.values()) {
      if (kind == UnaryKind.NOT) {
        cases.add(OpCase.of("not", new Unary(kind), Arg.of(DType.BOOL, Fill.truth(), A, B)));
        continue;
      }
      boolean positive = kind == UnaryKind.LOG || kind == UnaryKind.SQRT || kind == UnaryKind.RSQRT;
      Fill fill = positive ? Fill.uniform(0.2, 3) : Fill.normal();
      boolean smooth = kind != UnaryKind.IS_FINITE;
      Arg matrix = new Arg(TensorType.of(DType.F32, A, B), fill, smooth);
      Arg scalar = new Arg(TensorType.scalar(DType.F32), fill, smooth);
      cases.add(OpCase.of(new Unary(kind).name(), new Unary(kind), matrix));
      cases.add(OpCase.of(new Unary(kind).name() + "/scalar", new Unary(kind), scalar));
    }
    Fill extremes = Fill.of(0, 1e-3, -1e-3, 8, -8, 40, -40);
    for (UnaryKind kind : List.of(UnaryKind.TANH, UnaryKind.LOGISTIC, UnaryKind.ERF)) {
      String name = kind.name().toLowerCase(Locale.ROOT) + "/extremes";
      cases.add(OpCase.of(name, new Unary(kind), Arg.floats(extremes, dim("a", 7))));
    }
    cases.add(one("isFinite/odd", UnaryKind.IS_FINITE, 0, NAN, INF, -INF, 3e38));
    cases.add(one("exp/extremes", UnaryKind.EXP, -INF, -200, 0, 10, -1e30));
    cases.add(one("log/zero", UnaryKind.LOG, 0, 1, INF));
    cases.add(one("floor/negative", UnaryKind.FLOOR, -1.5, -1, -0.25, 0, 0.75, 2));
    cases.add(one("abs/zero", UnaryKind.ABS, -0.0, 0, -3));
  }

  private static OpCase one(String name, UnaryKind kind, double... values) {
    Arg arg = Arg.of(DType.F32, Fill.of(values), dim("a", values.length));
    return OpCase.of(name, new Unary(kind), arg).withoutHalves();
  }

  private static void binary(List<OpCase> cases) {
    for (BinaryKind kind : BinaryKind.values()) {
      String name = kind.name().toLowerCase(Locale.ROOT);
      if (kind == BinaryKind.AND || kind == BinaryKind.OR) {
        Arg truth = Arg.of(DType.BOOL, Fill.truth(), A, B);
        cases.add(OpCase.of(name, new Binary(kind), truth, truth));
        continue;
      }
      boolean positive = kind == BinaryKind.POW || kind == BinaryKind.MOD;
      Fill left = positive ? Fill.uniform(0.3, 3) : Fill.normal();
      Fill right = positive || kind == BinaryKind.DIV ? Fill.uniform(0.4, 2) : Fill.normal();
      OpCase matrix =
          OpCase.of(name, new Binary(kind), Arg.floats(left, A, B), Arg.floats(right, A, B));
      // A remainder jumps where the quotient is whole; 16 bits cannot be trusted on which side.
      cases.add(kind == BinaryKind.MOD ? matrix.withoutHalves() : matrix);
      cases.add(
          OpCase.of(name + "/scalar", new Binary(kind), Arg.floats(left), Arg.floats(right))
              .withoutHalves());
    }
    cases.add(two("mod/signs", BinaryKind.MOD, Fill.of(5.5, -5.5), Fill.of(3, 3, -3, -3), 4));
    cases.add(two("pow/whole", BinaryKind.POW, Fill.of(-2, 3, 0.5), Fill.of(2, 0, 3, 1), 12));
    cases.add(two("max/ties", BinaryKind.MAX, Fill.of(1, -1, 0), Fill.of(1, 2, 0), 6));
    cases.add(two("min/infinite", BinaryKind.MIN, Fill.of(INF, -INF, 1), Fill.of(0, 0, INF), 3));
  }

  private static OpCase two(String name, BinaryKind kind, Fill left, Fill right, int n) {
    Dim a = dim("a", n);
    return OpCase.of(
            name, new Binary(kind), Arg.of(DType.F32, left, a), Arg.of(DType.F32, right, a))
        .withoutHalves();
  }

  private static void integers(List<OpCase> cases) {
    List<BinaryKind> kinds =
        List.of(
            BinaryKind.ADD,
            BinaryKind.SUB,
            BinaryKind.MUL,
            BinaryKind.DIV,
            BinaryKind.MAX,
            BinaryKind.MIN,
            BinaryKind.MOD);
    for (DType dtype : List.of(DType.I32, DType.I64)) {
      for (BinaryKind kind : kinds) {
        Arg left = Arg.of(dtype, Fill.of(7, -7, 7, -7, 6, 0), dim("a", 6));
        Arg right = Arg.of(dtype, Fill.of(2, 2, -2, -2, 3, 5), dim("a", 6));
        String name = kind.name().toLowerCase(Locale.ROOT) + "/" + dtype;
        cases.add(OpCase.of(name, new Binary(kind), left, right));
      }
      Arg signed = Arg.of(dtype, Fill.of(7, -7, 0), dim("a", 3));
      cases.add(OpCase.of("neg/" + dtype, new Unary(UnaryKind.NEG), signed));
      cases.add(OpCase.of("abs/" + dtype, new Unary(UnaryKind.ABS), signed));
    }
  }

  private static void compare(List<OpCase> cases) {
    for (Kind kind : Kind.values()) {
      String name = kind.name().toLowerCase(Locale.ROOT);
      Comparison op = new Comparison(kind);
      Arg few = Arg.of(DType.F32, Fill.whole(0, 3), A, B);
      cases.add(OpCase.of(name, op, few, few));
      cases.add(OpCase.of(name + "/scalar", op, Arg.floats().rough(), Arg.floats().rough()));
      Arg ints = Arg.of(DType.I32, Fill.whole(-2, 3), A, B);
      cases.add(OpCase.of(name + "/I32", op, ints, ints));
      Arg longs = Arg.of(DType.I64, Fill.whole(-2, 3), A, B);
      cases.add(OpCase.of(name + "/I64", op, longs, longs));
      Arg odd = Arg.of(DType.F32, Fill.of(NAN, NAN, INF, -INF, -0.0), dim("a", 5));
      Arg even = Arg.of(DType.F32, Fill.of(NAN, 1, INF, INF, 0.0), dim("a", 5));
      cases.add(OpCase.of(name + "/odd", op, odd, even));
    }
    Arg truth = Arg.of(DType.BOOL, Fill.truth(), A, B);
    cases.add(OpCase.of("equal/BOOL", new Comparison(Kind.EQUAL), truth, truth));
    cases.add(OpCase.of("select", new Select(), truth, Arg.floats(A, B), Arg.floats(A, B)));
    cases.add(
        OpCase.of(
            "select/scalar",
            new Select(),
            Arg.of(DType.BOOL, Fill.of(1)),
            Arg.floats(),
            Arg.floats()));
    Arg ints = Arg.of(DType.I32, Fill.whole(-9, 9), A, B);
    cases.add(OpCase.of("select/I32", new Select(), truth, ints, ints));
    // Unlike a product with the mask, a choice keeps the NaN out.
    Arg nan = Arg.of(DType.F32, Fill.of(NAN), A, B);
    Arg half = Arg.of(DType.BOOL, Fill.of(0), A, B);
    cases.add(OpCase.of("select/nan", new Select(), half, nan, Arg.floats(A, B).rough()));
  }

  private static void casts(List<OpCase> cases) {
    cases.add(OpCase.of("cast/same", Cast::new, Arg.floats(A, B)));
    Arg fractions = Arg.of(DType.F32, Fill.of(-2.7, -0.5, 0, 0.5, 2.7, 100), dim("a", 6));
    for (DType to : List.of(DType.I32, DType.I64, DType.I8, DType.BOOL)) {
      cases.add(OpCase.of("cast/float-" + to, new Cast(to), fractions));
    }
    Arg unsigned = Arg.of(DType.F32, Fill.of(0, 1.5, 255), dim("a", 3));
    cases.add(OpCase.of("cast/float-U8", new Cast(DType.U8), unsigned));
    // Ties to even, carries into the exponent, subnormals of F16.
    Arg rounding =
        Arg.of(
            DType.F32,
            Fill.of(1 + 0x1p-8, 1 + 0x3p-8, 1 + 0x1p-11, 0x1.ffcp0, 0x3p-25, 3),
            dim("a", 6));
    cases.add(OpCase.of("cast/float-BF16", new Cast(DType.BF16), rounding).withoutHalves());
    cases.add(OpCase.of("cast/float-F16", new Cast(DType.F16), rounding).withoutHalves());
    for (DType from : List.of(DType.I32, DType.I64, DType.I8, DType.U8, DType.BOOL)) {
      double low = from == DType.U8 || from == DType.BOOL ? 0 : -3;
      double high = from == DType.BOOL ? 1 : 120;
      Arg arg = Arg.of(from, Fill.of(low, 0, 1, high), dim("a", 4));
      cases.add(OpCase.of("cast/" + from + "-float", Cast::new, arg));
      cases.add(OpCase.of("cast/" + from + "-I32", new Cast(DType.I32), arg));
      cases.add(OpCase.of("cast/" + from + "-BOOL", new Cast(DType.BOOL), arg));
    }
  }
}
