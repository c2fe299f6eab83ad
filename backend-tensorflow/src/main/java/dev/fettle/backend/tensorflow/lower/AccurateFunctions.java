package dev.fettle.backend.tensorflow.lower;

import dev.fettle.ir.DType;
import dev.fettle.ir.op.Elementwise.UnaryKind;
import java.util.Set;

/**
 * F32 functions whose kernel is off by more than torch's, put together from kernels that are not.
 * The measured errors stand in {@code docs/contributing/numerics.md}.
 */
final class AccurateFunctions {
  private static final Set<UnaryKind> ALL =
      Set.of(UnaryKind.LOGISTIC, UnaryKind.TANH, UnaryKind.ERF, UnaryKind.RSQRT);

  /** Of a minimax fit on |x| < 0.625 (S. L. Moshier, Cephes, tanhf). */
  private static final double[] TANH = {
    -5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2, 1.33314422036e-1, -3.33332819422e-1
  };

  private final GraphWriter w;
  private final Ops ops;

  AccurateFunctions(TfEmission e) {
    this.w = e.writer();
    this.ops = e.ops();
  }

  /** True for those that are put together. */
  static boolean has(UnaryKind kind) {
    return ALL.contains(kind);
  }

  Edge of(UnaryKind kind, Edge x) {
    return switch (kind) {
      case LOGISTIC -> logistic(x);
      case TANH -> tanh(x);
      case ERF -> erf(x);
      case RSQRT -> ops.binary("RealDiv", number(1), ops.unary("Sqrt", x));
      default -> throw new IllegalArgumentException(kind + " has a good kernel");
    };
  }

  private Edge number(double value) {
    return ops.scalar(DType.F32, value);
  }

  /** {@code 1 / (1 + e^-x)}: where the exponential overflows the quotient is 0. */
  private Edge logistic(Edge x) {
    Edge e = ops.unary("Exp", ops.unary("Neg", x));
    return ops.binary("RealDiv", number(1), ops.binary("AddV2", e, number(1)));
  }

  /** {@code x + x^3 p(x^2)} near 0; beyond, {@code 1 - 2 / (e^2|x| + 1)} with the sign of x. */
  private Edge tanh(Edge x) {
    Edge size = ops.unary("Abs", x);
    Edge square = ops.mul(x, x);
    Edge p = number(TANH[0]);
    for (int i = 1; i < TANH.length; i++) {
      p = ops.binary("AddV2", ops.mul(p, square), number(TANH[i]));
    }
    Edge near = ops.binary("AddV2", x, ops.mul(x, ops.mul(square, p)));
    Edge e = ops.unary("Exp", ops.mul(size, number(2)));
    Edge rest = ops.binary("RealDiv", number(2), ops.binary("AddV2", e, number(1)));
    Edge far = ops.mul(ops.unary("Sign", x), ops.binary("Sub", number(1), rest));
    return w.node("SelectV2")
        .in(ops.compare("Less", size, number(0.625)), near, far)
        .attr("T", DType.F32)
        .one(DType.F32, x.sizes());
  }

  /** In double precision. */
  private Edge erf(Edge x) {
    return ops.cast(ops.unary("Erf", ops.cast(x, DType.F64)), DType.F32);
  }
}
