package dev.fettle.backend.onnxruntime;

import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnxruntime.OnnxJavaType;
import dev.fettle.ir.DType;

/** Our element types as ONNX and its Java interface name them. */
public final class ElementTypes {
  private ElementTypes() {}

  /** The type as the Java interface names it. */
  public static OnnxJavaType java(DType dtype) {
    return switch (dtype) {
      case F32 -> OnnxJavaType.FLOAT;
      case F64 -> OnnxJavaType.DOUBLE;
      case BF16 -> OnnxJavaType.BFLOAT16;
      case F16 -> OnnxJavaType.FLOAT16;
      case I32 -> OnnxJavaType.INT32;
      case I64 -> OnnxJavaType.INT64;
      case I8 -> OnnxJavaType.INT8;
      case U8 -> OnnxJavaType.UINT8;
      case BOOL -> OnnxJavaType.BOOL;
    };
  }

  /** The type as a model file names it. */
  public static TensorProto.DataType proto(DType dtype) {
    return switch (dtype) {
      case F32 -> TensorProto.DataType.FLOAT;
      case F64 -> TensorProto.DataType.DOUBLE;
      case BF16 -> TensorProto.DataType.BFLOAT16;
      case F16 -> TensorProto.DataType.FLOAT16;
      case I32 -> TensorProto.DataType.INT32;
      case I64 -> TensorProto.DataType.INT64;
      case I8 -> TensorProto.DataType.INT8;
      case U8 -> TensorProto.DataType.UINT8;
      case BOOL -> TensorProto.DataType.BOOL;
    };
  }
}
