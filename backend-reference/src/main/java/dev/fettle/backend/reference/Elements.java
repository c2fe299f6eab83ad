package dev.fettle.backend.reference;

import dev.fettle.ir.DType;
import dev.fettle.ir.TensorType;
import dev.fettle.spi.Halves;
import dev.fettle.spi.HostTensor;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;

/**
 * The elements of one tensor, row-major. F32, BF16 and F16 lie in floats, F64 in doubles, integers
 * and truth values in longs; every element is a value its element type can hold.
 *
 * <p>The kernel that makes them fills them; after that they never change, so values, slots and
 * results may share them.
 */
abstract sealed class Elements permits FloatElements, DoubleElements, LongElements {
  private final DType dtype;

  Elements(DType dtype) {
    this.dtype = dtype;
  }

  /** Zeros of the given type. */
  static Elements zeros(TensorType type) {
    return zeros(type.dtype(), Math.toIntExact(type.shape().elements()));
  }

  /** {@code count} zeros. */
  static Elements zeros(DType dtype, int count) {
    return switch (dtype) {
      case F32, BF16, F16 -> new FloatElements(dtype, new float[count]);
      case F64 -> new DoubleElements(new double[count]);
      case I32, I64, I8, U8, BOOL -> new LongElements(dtype, new long[count]);
    };
  }

  /** Float elements rounded from doubles. */
  static Elements rounded(DType dtype, double[] values) {
    if (dtype == DType.F64) {
      return new DoubleElements(values);
    }
    Elements out = zeros(dtype, values.length);
    for (int i = 0; i < values.length; i++) {
      out.set(i, values[i]);
    }
    return out;
  }

  /** A copy of a host tensor. */
  static Elements copyOf(HostTensor tensor) {
    Elements out = zeros(tensor.dtype(), Math.toIntExact(tensor.elements()));
    out.read(tensor);
    return out;
  }

  /** A copy in host memory. */
  final HostTensor toHost(TensorType type) {
    HostTensor tensor = HostTensor.allocate(type);
    write(tensor);
    return tensor;
  }

  final DType dtype() {
    return dtype;
  }

  abstract int size();

  /** Element i; exact but for 64-bit integers beyond 2^53. */
  abstract double get(int i);

  /** Sets element i, rounding to the element type. */
  abstract void set(int i, double value);

  /** The Java array behind it. */
  abstract Object array();

  abstract void read(HostTensor tensor);

  abstract void write(HostTensor tensor);

  /** Copies elements {@code from, from + stride, ...} to consecutive places. */
  abstract void copyStrided(int from, int stride, Elements to, int at, int count);

  /** These elements where the condition holds, else the other's. */
  abstract Elements where(LongElements condition, Elements other);

  /** Applies a function to each float element. */
  abstract Elements map(DoubleUnaryOperator f);

  /** Applies a function to each pair of float elements. */
  abstract Elements zip(Elements other, DoubleBinaryOperator f);

  /** Copies consecutive elements; both must have the same element type. */
  final void copyTo(int from, Elements to, int at, int count) {
    System.arraycopy(array(), from, to.array(), at, count);
  }

  /** A copy that may be written to. */
  final Elements copy() {
    Elements out = zeros(dtype, size());
    copyTo(0, out, 0, size());
    return out;
  }

  /** The elements as doubles; a copy unless they are doubles already. */
  final double[] toDoubles() {
    if (this instanceof DoubleElements d) {
      return d.values();
    }
    double[] out = new double[size()];
    for (int i = 0; i < out.length; i++) {
      out[i] = get(i);
    }
    return out;
  }

  /** Integer or truth elements as longs. */
  final LongElements longs() {
    if (this instanceof LongElements l) {
      return l;
    }
    throw new IllegalStateException(dtype + " elements are not integers");
  }

  /** A float rounded to a float element type. */
  static float round(DType dtype, float value) {
    return switch (dtype) {
      case BF16 -> Halves.bf16ToFloat(Halves.floatToBf16(value));
      case F16 -> Halves.f16ToFloat(Halves.floatToF16(value));
      default -> value;
    };
  }
}
