package dev.fettle.spi;

import dev.fettle.ir.DType;
import dev.fettle.ir.TensorType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.Arrays;

/**
 * A tensor in host memory: row-major elements in a direct buffer, native byte order, 64-byte
 * aligned so that a runtime may use it in place. At most 2 GiB.
 *
 * <p>Axis names are not kept; where a tensor meets a program, sizes and element type are compared.
 * BF16 and F16 elements are stored as their 16 bits.
 */
public final class HostTensor {
  private static final int ALIGNMENT = 64;

  /** The most bytes one tensor can have: one buffer of Java holds no more than 2 GiB. */
  public static final long MAX_BYTES = Integer.MAX_VALUE - 2 * ALIGNMENT;

  private final DType dtype;
  private final long[] sizes;
  private final ByteBuffer bytes;

  private HostTensor(DType dtype, long[] sizes, ByteBuffer bytes) {
    this.dtype = dtype;
    this.sizes = sizes;
    this.bytes = bytes;
  }

  /**
   * A tensor of zeros.
   *
   * @throws IllegalArgumentException if it has more than {@link #MAX_BYTES}
   * @throws DeviceFailureException if there is no memory for it, with the flag to set
   */
  public static HostTensor allocate(DType dtype, long... sizes) {
    long need = Math.multiplyExact(count(sizes), (long) dtype.bytes());
    if (need > MAX_BYTES) {
      throw new IllegalArgumentException(
          "a host tensor holds at most 2 GiB; "
              + dtype
              + Arrays.toString(sizes)
              + " needs "
              + need
              + " bytes");
    }
    // The aligned slice is cut at both ends, so whole units and one to spare are needed.
    int units = (int) ((need + ALIGNMENT - 1) / ALIGNMENT);
    ByteBuffer bytes =
        DirectMemory.allocate("tensor " + dtype + Arrays.toString(sizes), (units + 1) * ALIGNMENT);
    return wrap(dtype, bytes.alignedSlice(ALIGNMENT).slice(0, (int) need), sizes);
  }

  /** A tensor of zeros of the given type. */
  public static HostTensor allocate(TensorType type) {
    return allocate(type.dtype(), type.shape().sizes());
  }

  /**
   * A tensor over an existing direct buffer, from its position to its limit; nothing is copied.
   *
   * @throws IllegalArgumentException if the buffer is not direct or its size does not fit
   */
  public static HostTensor wrap(DType dtype, ByteBuffer direct, long... sizes) {
    if (!direct.isDirect() || direct.remaining() != count(sizes) * dtype.bytes()) {
      throw new IllegalArgumentException(
          "need a direct buffer of "
              + count(sizes) * dtype.bytes()
              + " bytes, got "
              + direct.remaining());
    }
    return new HostTensor(dtype, sizes.clone(), direct.slice().order(ByteOrder.nativeOrder()));
  }

  /** An F32 tensor with a copy of the values. */
  public static HostTensor ofFloats(float[] values, long... sizes) {
    HostTensor t = allocate(DType.F32, sizes);
    t.floats().put(values);
    return t;
  }

  /** An I32 tensor with a copy of the values. */
  public static HostTensor ofInts(int[] values, long... sizes) {
    HostTensor t = allocate(DType.I32, sizes);
    t.ints().put(values);
    return t;
  }

  /** A scalar of any element type. */
  public static HostTensor scalar(DType dtype, double value) {
    HostTensor t = allocate(dtype);
    t.set(0, value);
    return t;
  }

  private static long count(long[] sizes) {
    long n = 1;
    for (long s : sizes) {
      n = Math.multiplyExact(n, s);
    }
    return n;
  }

  /** The element type. */
  public DType dtype() {
    return dtype;
  }

  /** The sizes of the axes. */
  public long[] sizes() {
    return sizes.clone();
  }

  /** The number of elements. */
  public long elements() {
    return count(sizes);
  }

  /** True where a program's type accepts this tensor. */
  public boolean fits(TensorType type) {
    return type.dtype() == dtype && Arrays.equals(type.shape().sizes(), sizes);
  }

  /** The bytes from first to last; a view, in native order. */
  public ByteBuffer bytes() {
    return bytes.duplicate().order(ByteOrder.nativeOrder());
  }

  /** The elements of an F32 tensor; a view. */
  public FloatBuffer floats() {
    require(DType.F32);
    return bytes().asFloatBuffer();
  }

  /** The elements of an I32 tensor; a view. */
  public IntBuffer ints() {
    require(DType.I32);
    return bytes().asIntBuffer();
  }

  /** The elements of an F32 tensor; a copy. */
  public float[] toFloats() {
    float[] out = new float[Math.toIntExact(elements())];
    floats().get(out);
    return out;
  }

  /** The elements of an I32 tensor; a copy. */
  public int[] toInts() {
    int[] out = new int[Math.toIntExact(elements())];
    ints().get(out);
    return out;
  }

  private void require(DType wanted) {
    if (dtype != wanted) {
      throw new IllegalStateException("this tensor is " + dtype + ", not " + wanted);
    }
  }

  /** Element {@code i} in row-major order, as a double. */
  public double get(long i) {
    int k = Math.toIntExact(i);
    return switch (dtype) {
      case F32 -> bytes.getFloat(k * 4);
      case F64 -> bytes.getDouble(k * 8);
      case BF16 -> Halves.bf16ToFloat(bytes.getShort(k * 2));
      case F16 -> Halves.f16ToFloat(bytes.getShort(k * 2));
      case I32 -> bytes.getInt(k * 4);
      case I64 -> bytes.getLong(k * 8);
      case I8 -> bytes.get(k);
      case U8, BOOL -> bytes.get(k) & 0xff;
    };
  }

  /** Sets element {@code i} in row-major order, rounding to the element type. */
  public void set(long i, double value) {
    int k = Math.toIntExact(i);
    switch (dtype) {
      case F32 -> bytes.putFloat(k * 4, (float) value);
      case F64 -> bytes.putDouble(k * 8, value);
      case BF16 -> bytes.putShort(k * 2, Halves.floatToBf16((float) value));
      case F16 -> bytes.putShort(k * 2, Halves.floatToF16((float) value));
      case I32 -> bytes.putInt(k * 4, (int) value);
      case I64 -> bytes.putLong(k * 8, (long) value);
      case I8, U8 -> bytes.put(k, (byte) (long) value);
      case BOOL -> bytes.put(k, (byte) (value != 0 ? 1 : 0));
    }
  }

  /**
   * Some elements that follow each other in row-major order, as a vector; a copy.
   *
   * @throws IllegalArgumentException if there are not so many
   */
  public HostTensor part(long from, int count) {
    requireRange(from, count);
    HostTensor part = allocate(dtype, count);
    part.bytes().put(bytes().slice((int) from * dtype.bytes(), count * dtype.bytes()));
    return part;
  }

  /**
   * Replaces elements from one on, in row-major order.
   *
   * @param part of the same element type; its sizes do not matter
   * @throws IllegalArgumentException if it does not fit
   */
  public void put(long from, HostTensor part) {
    requireRange(from, part.elements());
    if (part.dtype != dtype) {
      throw new IllegalArgumentException(this + " takes no elements of " + part);
    }
    bytes().position((int) from * dtype.bytes()).put(part.bytes());
  }

  private void requireRange(long from, long count) {
    if (from < 0 || count < 0 || from > elements() - count) {
      throw new IllegalArgumentException(
          this + " has no elements from " + from + " to " + (from + count));
    }
  }

  /** A copy with the elements rounded to another type. */
  public HostTensor cast(DType to) {
    HostTensor out = allocate(to, sizes);
    if (to == dtype) {
      out.bytes().put(bytes());
      return out;
    }
    long n = elements();
    for (long i = 0; i < n; i++) {
      out.set(i, get(i));
    }
    return out;
  }

  @Override
  public String toString() {
    return dtype + Arrays.toString(sizes);
  }
}
