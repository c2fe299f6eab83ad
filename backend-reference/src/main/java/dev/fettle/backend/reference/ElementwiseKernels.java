package dev.fettle.backend.reference;

import dev.fettle.ir.DType;
import dev.fettle.ir.Node;
import dev.fettle.ir.op.Elementwise.Binary;
import dev.fettle.ir.op.Elementwise.BinaryKind;
import dev.fettle.ir.op.Elementwise.Cast;
import dev.fettle.ir.op.Elementwise.Unary;
import dev.fettle.ir.op.Elementwise.UnaryKind;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.LongBinaryOperator;

/** Kernels that treat every element by itself. */
final class ElementwiseKernels {
  private ElementwiseKernels() {}

  static void unary(Frame f, Unary op, Node node) {
    Elements x = f.in(node, 0);
    if (op.kind() == UnaryKind.IS_FINITE) {
      long[] out = new long[x.size()];
      for (int i = 0; i < out.length; i++) {
        out[i] = Double.isFinite(x.get(i)) ? 1 : 0;
      }
      f.put(node, new LongElements(DType.BOOL, out));
    } else if (x instanceof LongElements l) {
      f.put(node, integerUnary(op.kind(), l));
    } else {
      f.put(node, x.map(function(op.kind())));
    }
  }

  private static LongElements integerUnary(UnaryKind kind, LongElements x) {
    return switch (kind) {
      case NEG -> x.mapLongs(v -> -v);
      case ABS -> x.mapLongs(Math::abs);
      case NOT -> x.mapLongs(v -> 1 - v);
      default -> throw new IllegalStateException(kind + " of integers");
    };
  }

  private static DoubleUnaryOperator function(UnaryKind kind) {
    return switch (kind) {
      case NEG -> x -> -x;
      case ABS -> Math::abs;
      case EXP -> Math::exp;
      case LOG -> Math::log;
      case SQRT -> Math::sqrt;
      case RSQRT -> x -> 1 / Math.sqrt(x);
      case TANH -> Math::tanh;
      case LOGISTIC -> x -> 1 / (1 + Math.exp(-x));
      case ERF -> ElementwiseKernels::erf;
      case FLOOR -> Math::floor;
      case IS_FINITE, NOT -> throw new IllegalStateException(kind + " has its own kernel");
    };
  }

  /**
   * The error function by the series {@code 2/sqrt(pi) e^(-x^2) sum 2^n x^(2n+1) / (2n+1)!!}
   * (Abramowitz and Stegun 7.1.6): all its terms have one sign, so no digits cancel.
   */
  static double erf(double x) {
    if (Double.isNaN(x)) {
      return x;
    }
    if (Math.abs(x) > 6) {
      return Math.signum(x); // 1 - erf(6) is below the spacing of doubles at 1
    }
    double term = x;
    double sum = x;
    for (int n = 1; Math.abs(term) > Math.abs(sum) * 1e-17; n++) {
      term *= 2 * x * x / (2 * n + 1);
      sum += term;
    }
    return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
  }

  static void binary(Frame f, Binary op, Node node) {
    Elements a = f.in(node, 0);
    Elements b = f.in(node, 1);
    if (a instanceof LongElements l) {
      f.put(node, l.zipLongs(b.longs(), integerFunction(op.kind())));
    } else {
      f.put(node, a.zip(b, function(op.kind())));
    }
  }

  private static DoubleBinaryOperator function(BinaryKind kind) {
    return switch (kind) {
      case ADD -> Double::sum;
      case SUB -> (a, b) -> a - b;
      case MUL -> (a, b) -> a * b;
      case DIV -> (a, b) -> a / b;
      case MAX -> Math::max;
      case MIN -> Math::min;
      case POW -> Math::pow;
      case MOD -> (a, b) -> a % b;
      case AND, OR -> throw new IllegalStateException(kind + " of floats");
    };
  }

  private static LongBinaryOperator integerFunction(BinaryKind kind) {
    return switch (kind) {
      case ADD -> Long::sum;
      case SUB -> (a, b) -> a - b;
      case MUL -> (a, b) -> a * b;
      case DIV -> (a, b) -> a / b;
      case MAX -> Math::max;
      case MIN -> Math::min;
      case POW -> (a, b) -> (long) Math.pow((double) a, (double) b);
      case MOD -> (a, b) -> a % b;
      case AND -> (a, b) -> a & b;
      case OR -> (a, b) -> a | b;
    };
  }

  static void cast(Frame f, Cast op, Node node) {
    Elements x = f.in(node, 0);
    Elements out = Elements.zeros(op.to(), x.size());
    if (x instanceof LongElements from && out instanceof LongElements to) {
      // Not through double, which cannot hold every 64-bit integer.
      for (int i = 0; i < to.size(); i++) {
        to.values()[i] = LongElements.wrap(op.to(), from.values()[i]);
      }
    } else {
      for (int i = 0; i < out.size(); i++) {
        out.set(i, x.get(i));
      }
    }
    f.put(node, out);
  }
}
