package dev.fettle.backend.reference;

import dev.fettle.ir.DType;
import dev.fettle.spi.HostTensor;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.LongBinaryOperator;
import java.util.function.LongUnaryOperator;

/** Integers and truth values (0 or 1). Results too large for their element type wrap around. */
final class LongElements extends Elements {
  private final long[] values;

  LongElements(DType dtype, long[] values) {
    super(dtype);
    this.values = values;
  }

  /** The array itself, not to be changed once the kernel has returned. */
  long[] values() {
    return values;
  }

  /** A long wrapped to an integer element type. */
  static long wrap(DType dtype, long value) {
    return switch (dtype) {
      case I32 -> (int) value;
      case I8 -> (byte) value;
      case U8 -> value & 0xff;
      case BOOL -> value != 0 ? 1 : 0;
      default -> value;
    };
  }

  /** Applies a function to each element. */
  LongElements mapLongs(LongUnaryOperator f) {
    long[] out = new long[values.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = wrap(dtype(), f.applyAsLong(values[i]));
    }
    return new LongElements(dtype(), out);
  }

  /** Applies a function to each pair of elements. */
  LongElements zipLongs(LongElements other, LongBinaryOperator f) {
    long[] out = new long[values.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = wrap(dtype(), f.applyAsLong(values[i], other.values[i]));
    }
    return new LongElements(dtype(), out);
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
    // A fraction is cut off; but any truth value other than 0 is 1, however small.
    values[i] = dtype() == DType.BOOL ? (value != 0 ? 1 : 0) : wrap(dtype(), (long) value);
  }

  @Override
  Object array() {
    return values;
  }

  @Override
  void read(HostTensor tensor) {
    if (dtype() == DType.I64) {
      tensor.bytes().asLongBuffer().get(values);
      return;
    }
    for (int i = 0; i < values.length; i++) {
      values[i] = (long) tensor.get(i);
    }
  }

  @Override
  void write(HostTensor tensor) {
    if (dtype() == DType.I64) {
      tensor.bytes().asLongBuffer().put(values);
      return;
    }
    for (int i = 0; i < values.length; i++) {
      tensor.set(i, (double) values[i]);
    }
  }

  @Override
  void copyStrided(int from, int stride, Elements to, int at, int count) {
    long[] target = ((LongElements) to).values;
    for (int i = 0, j = from; i < count; i++, j += stride) {
      target[at + i] = values[j];
    }
  }

  @Override
  Elements where(LongElements condition, Elements other) {
    long[] out = new long[values.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = condition.values[i] != 0 ? values[i] : other.longs().values[i];
    }
    return new LongElements(dtype(), out);
  }

  @Override
  Elements map(DoubleUnaryOperator f) {
    throw new IllegalStateException("a float function on " + dtype());
  }

  @Override
  Elements zip(Elements other, DoubleBinaryOperator f) {
    throw new IllegalStateException("a float function on " + dtype());
  }
}
