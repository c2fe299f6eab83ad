package dev.fettle.backend.onnxruntime.lower;

import dev.fettle.ir.DType;

/**
 * F32 functions whose kernel is off by more than torch's, put together from kernels that are not:
 * the runtime's {@code Sigmoid} is the same for all x below -18, and its {@code Tanh} off by 5
 * units in the last place. The measured errors stand in {@code docs/contributing/numerics.md}.
 */
final class AccurateFunctions {
  /** Of a minimax fit on |x| < 0.625 (S. L. Moshier, Cephes, tanhf). */
  private static final double[] TANH = {
    -5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2, 1.33314422036e-1, -3.33332819422e-1
  };

  private final OnnxEmission c;

  AccurateFunctions(OnnxEmission c) {
    this.c = c;
  }

  private String number(double value) {
    return c.scalar(DType.F32, value);
  }

  /** {@code 1 / (1 + e^-x)}: where the exponential overflows the quotient is 0. */
  String logistic(String x) {
    String e = c.node("Exp", c.node("Neg", x));
    return c.node("Reciprocal", c.node("Add", e, number(1)));
  }

  /** {@code x + x^3 p(x^2)} near 0; beyond, {@code 1 - 2 / (e^2|x| + 1)} with the sign of x. */
  String tanh(String x) {
    String size = c.node("Abs", x);
    String square = c.node("Mul", x, x);
    String p = number(TANH[0]);
    for (int i = 1; i < TANH.length; i++) {
      p = c.node("Add", c.node("Mul", p, square), number(TANH[i]));
    }
    String near = c.node("Add", x, c.node("Mul", x, c.node("Mul", square, p)));
    String e = c.node("Exp", c.node("Mul", size, number(2)));
    String rest = c.node("Div", number(2), c.node("Add", e, number(1)));
    String far = c.node("Mul", c.node("Sign", x), c.node("Sub", number(1), rest));
    return c.node("Where", c.node("Less", size, number(0.625)), near, far);
  }
}
