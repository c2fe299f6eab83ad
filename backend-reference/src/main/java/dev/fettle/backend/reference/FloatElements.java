package dev.fettle.backend.reference;

import dev.fettle.ir.DType;
import dev.fettle.spi.HostTensor;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;

/** F32, BF16 and F16 elements. Each operation computes in double and rounds once at its end. */
final class FloatElements extends Elements {
  private final float[] values;

  FloatElements(DType dtype, float[] values) {
    super(dtype);
    this.values = values;
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
    values[i] = round(dtype(), (float) value);
  }

  @Override
  Object array() {
    return values;
  }

  @Override
  void read(HostTensor tensor) {
    if (dtype() == DType.F32) {
      tensor.floats().get(values);
      return;
    }
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) tensor.get(i);
    }
  }

  @Override
  void write(HostTensor tensor) {
    if (dtype() == DType.F32) {
      tensor.floats().put(values);
      return;
    }
    for (int i = 0; i < values.length; i++) {
      tensor.set(i, values[i]);
    }
  }

  @Override
  void copyStrided(int from, int stride, Elements to, int at, int count) {
    float[] target = ((FloatElements) to).values;
    for (int i = 0, j = from; i < count; i++, j += stride) {
      target[at + i] = values[j];
    }
  }

  @Override
  Elements where(LongElements condition, Elements other) {
    float[] b = ((FloatElements) other).values;
    long[] c = condition.values();
    float[] out = new float[values.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = c[i] != 0 ? values[i] : b[i];
    }
    return new FloatElements(dtype(), out);
  }

  @Override
  Elements map(DoubleUnaryOperator f) {
    float[] out = new float[values.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = (float) f.applyAsDouble(values[i]);
    }
    return narrowed(out);
  }

  @Override
  Elements zip(Elements other, DoubleBinaryOperator f) {
    float[] b = ((FloatElements) other).values;
    float[] out = new float[values.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = (float) f.applyAsDouble(values[i], b[i]);
    }
    return narrowed(out);
  }

  private Elements narrowed(float[] out) {
    if (dtype() != DType.F32) {
      for (int i = 0; i < out.length; i++) {
        out[i] = round(dtype(), out[i]);
      }
    }
    return new FloatElements(dtype(), out);
  }
}
