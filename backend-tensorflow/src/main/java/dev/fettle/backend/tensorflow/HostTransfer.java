package dev.fettle.backend.tensorflow;

import dev.fettle.backend.tensorflow.lower.TfTypes;
import dev.fettle.ir.DType;
import dev.fettle.ir.TensorType;
import dev.fettle.spi.HostTensor;
import java.nio.ByteBuffer;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
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
  private HostTransfer() {}

  /** A native copy; the caller closes it. */
  static Tensor toNative(HostTensor tensor) {
    Tensor copy = Tensor.of(javaType(tensor.dtype()), Shape.of(tensor.sizes()));
    ByteBuffer bytes = tensor.bytes();
    DataBuffers.of(bytes).copyTo(copy.asRawTensor().data(), bytes.remaining());
    return copy;
  }

  /** A native tensor of a type, its elements not set; the caller closes it. */
  static Tensor empty(TensorType type) {
    return Tensor.of(javaType(type.dtype()), Shape.of(type.shape().sizes()));
  }

  /** Sets elements of a native tensor that nobody else has seen. */
  static void put(Tensor tensor, long from, HostTensor part) {
    ByteBuffer bytes = part.bytes();
    long n = bytes.remaining();
    long at = from * part.dtype().bytes();
    DataBuffers.of(bytes).copyTo(tensor.asRawTensor().data().slice(at, n), n);
  }

  /** Some elements of a native tensor as a vector; a copy. */
  static HostTensor part(Tensor tensor, DType dtype, long from, int count) {
    HostTensor copy = HostTensor.allocate(dtype, count);
    ByteBuffer bytes = copy.bytes();
    long n = bytes.remaining();
    tensor.asRawTensor().data().slice(from * dtype.bytes(), n).copyTo(DataBuffers.of(bytes), n);
    return copy;
  }

  /** A copy on the host. */
  static HostTensor toHost(Tensor tensor, TensorType type) {
    HostTensor copy = HostTensor.allocate(type);
    ByteBuffer bytes = copy.bytes();
    tensor.asRawTensor().data().copyTo(DataBuffers.of(bytes), bytes.remaining());
    return copy;
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
