package dev.fettle.backend.reference;

import dev.fettle.ir.DType;
import dev.fettle.spi.HostTensor;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;

/** F64 elements. */
final class DoubleElements extends Elements {
  private final double[] values;

  DoubleElements(double[] values) {
    super(DType.F64);
    this.values = values;
  }

  /** The array itself, not to be changed. */
  double[] values() {
    return values;
  }

  @Override
  int size() {
    return values.length;
  }

  @Override
  double get(int i) {
    return values[i];
  }

  @Override
  void set(int i, double value) {
    values[i] = value;
  }

  @Override
  Object array() {
    return values;
  }

  @Override
  void read(HostTensor tensor) {
    tensor.bytes().asDoubleBuffer().get(values);
  }

  @Override
  void write(HostTensor tensor) {
    tensor.bytes().asDoubleBuffer().put(values);
  }

  @Override
  void copyStrided(int from, int stride, Elements to, int at, int count) {
    double[] target = ((DoubleElements) to).values;
    for (int i = 0, j = from; i < count; i++, j += stride) {
      target[at + i] = values[j];
    }
  }

  @Override
  Elements where(LongElements condition, Elements other) {
    double[] b = ((DoubleElements) other).values;
    long[] c = condition.values();
    double[] out = new double[values.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = c[i] != 0 ? values[i] : b[i];
    }
    return new DoubleElements(out);
  }

  @Override
  Elements map(DoubleUnaryOperator f) {
    double[] out = new double[values.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = f.applyAsDouble(values[i]);
    }
    return new DoubleElements(out);
  }

  @Override
  Elements zip(Elements other, DoubleBinaryOperator f) {
    double[] b = ((DoubleElements) other).values;
    double[] out = new double[values.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = f.applyAsDouble(values[i], b[i]);
    }
    return new DoubleElements(out);
  }
}
