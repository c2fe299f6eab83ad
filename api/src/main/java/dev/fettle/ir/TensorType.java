package dev.fettle.ir;

/**
 * What a value is: element type and shape. Prints as {@code F32[batch=4, seq=128]}.
 *
 * @param dtype the element type
 * @param shape the axes
 */
public record TensorType(DType dtype, Shape shape) {

  /** A tensor type of the given axes. */
  public static TensorType of(DType dtype, Dim... dims) {
    return new TensorType(dtype, Shape.of(dims));
  }

  /** The type of a scalar. */
  public static TensorType scalar(DType dtype) {
    return new TensorType(dtype, Shape.SCALAR);
  }

  /** The same shape with another element type. */
  public TensorType withDType(DType newType) {
    return new TensorType(newType, shape);
  }

  /** The same element type with another shape. */
  public TensorType withShape(Shape newShape) {
    return new TensorType(dtype, newShape);
  }

  /** Bytes the whole tensor takes. */
  public long bytes() {
    return Math.multiplyExact(shape.elements(), (long) dtype.bytes());
  }

  /** The number of axes. */
  public int rank() {
    return shape.rank();
  }

  @Override
  public String toString() {
    return dtype + shape.toString();
  }
}
