package dev.fettle.backend.tensorflow.lower;

import dev.fettle.ir.DType;
import java.util.List;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.TensorShapeProto;

/** Element types and shapes in TensorFlow's words. */
public final class TfTypes {
  private TfTypes() {}

  /** TensorFlow's name of an element type. */
  public static DataType of(DType dtype) {
    return switch (dtype) {
      case F32 -> DataType.DT_FLOAT;
      case F64 -> DataType.DT_DOUBLE;
      case BF16 -> DataType.DT_BFLOAT16;
      case F16 -> DataType.DT_HALF;
      case I32 -> DataType.DT_INT32;
      case I64 -> DataType.DT_INT64;
      case I8 -> DataType.DT_INT8;
      case U8 -> DataType.DT_UINT8;
      case BOOL -> DataType.DT_BOOL;
    };
  }

  /**
   * The type a tensor has where it enters or leaves a session: TensorFlow Java has no class for I8,
   * so its bytes travel as U8.
   */
  public static DType carrier(DType dtype) {
    return dtype == DType.I8 ? DType.U8 : dtype;
  }

  static TensorShapeProto shape(List<Long> sizes) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    sizes.forEach(s -> shape.addDim(TensorShapeProto.Dim.newBuilder().setSize(s)));
    return shape.build();
  }

  static AttrValue type(DType dtype) {
    return AttrValue.newBuilder().setType(of(dtype)).build();
  }
}
