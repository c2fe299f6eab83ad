package dev.fettle.backend.tensorflow;

import dev.fettle.backend.tensorflow.lower.TfTypes;
import dev.fettle.ir.DType;
import dev.fettle.ir.TensorType;
import dev.fettle.spi.HostTensor;
import java.nio.ByteBuffer;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.ByteDataBuffer;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat16;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TUint8;
import org.tensorflow.types.family.TType;

/** Copies between host tensors and TensorFlow's. */
final class HostTransfer {
  /** Bytes copied at a time. */
  private static final int PIECE = 1 << 18;

  private HostTransfer() {}

  /** A native copy; the caller closes it. */
  static Tensor toNative(HostTensor tensor) {
    Tensor copy = Tensor.of(javaType(tensor.dtype()), Shape.of(tensor.sizes()));
    write(tensor.bytes(), copy.asRawTensor().data());
    return copy;
  }

  /** A native tensor of a type, its elements not set; the caller closes it. */
  static Tensor empty(TensorType type) {
    return Tensor.of(javaType(type.dtype()), Shape.of(type.shape().sizes()));
  }

  /** Sets elements of a native tensor that nobody else has seen. */
  static void put(Tensor tensor, long from, HostTensor part) {
    ByteBuffer bytes = part.bytes();
    long at = from * part.dtype().bytes();
    write(bytes, tensor.asRawTensor().data().slice(at, bytes.remaining()));
  }

  /** Some elements of a native tensor as a vector; a copy. */
  static HostTensor part(Tensor tensor, DType dtype, long from, int count) {
    HostTensor copy = HostTensor.allocate(dtype, count);
    ByteBuffer bytes = copy.bytes();
    read(tensor.asRawTensor().data().slice(from * dtype.bytes(), bytes.remaining()), bytes);
    return copy;
  }

  /** A copy on the host. */
  static HostTensor toHost(Tensor tensor, TensorType type) {
    HostTensor copy = HostTensor.allocate(type);
    read(tensor.asRawTensor().data(), copy.bytes());
    return copy;
  }

  /**
   * Fills a buffer. By way of an array: between two kinds of memory outside the heap the library
   * copies byte by byte.
   */
  private static void read(ByteDataBuffer from, ByteBuffer to) {
    byte[] piece = new byte[Math.min(PIECE, to.remaining())];
    long at = 0;
    while (to.hasRemaining()) {
      int n = Math.min(piece.length, to.remaining());
      from.offset(at).read(piece, 0, n);
      to.put(piece, 0, n);
      at += n;
    }
  }

  /** The other way. */
  private static void write(ByteBuffer from, ByteDataBuffer to) {
    ByteBuffer left = from.duplicate();
    byte[] piece = new byte[Math.min(PIECE, left.remaining())];
    long at = 0;
    while (left.hasRemaining()) {
      int n = Math.min(piece.length, left.remaining());
      left.get(piece, 0, n);
      to.offset(at).write(piece, 0, n);
      at += n;
    }
  }

  private static Class<? extends TType> javaType(DType dtype) {
    return switch (TfTypes.carrier(dtype)) {
      case F32 -> TFloat32.class;
      case F64 -> TFloat64.class;
      case BF16 -> TBfloat16.class;
      case F16 -> TFloat16.class;
      case I32 -> TInt32.class;
      case I64 -> TInt64.class;
      case I8, U8 -> TUint8.class;
      case BOOL -> TBool.class;
    };
  }
}
