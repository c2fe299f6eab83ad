package dev.fettle.tck.cases;

import dev.fettle.ir.DType;
import dev.fettle.ir.Dim;
import dev.fettle.ir.TensorType;
import dev.fettle.spi.HostTensor;
import java.util.random.RandomGenerator;

/**
 * One operand of a case.
 *
 * @param type what it is; F32 stands for whatever float type the case is run in
 * @param fill what it is filled with
 * @param smooth true where the gradient with respect to it can be checked by finite differences
 */
public record Arg(TensorType type, Fill fill, boolean smooth) {

  /** Normal floats, differentiable. */
  public static Arg floats(Dim... dims) {
    return new Arg(TensorType.of(DType.F32, dims), Fill.normal(), true);
  }

  /** Other floats, differentiable. */
  public static Arg floats(Fill fill, Dim... dims) {
    return new Arg(TensorType.of(DType.F32, dims), fill, true);
  }

  /** Elements of any type, not differentiable. */
  public static Arg of(DType dtype, Fill fill, Dim... dims) {
    return new Arg(TensorType.of(dtype, dims), fill, false);
  }

  /** The same, not differentiable. */
  public Arg rough() {
    return new Arg(type, fill, false);
  }

  /** The type when floats are of the given kind. */
  public TensorType type(DType floats) {
    return type.dtype() == DType.F32 ? type.withDType(floats) : type;
  }

  /**
   * The operand itself. Whatever the float type, its elements are F32 values first, so that an F64
   * operand equals the F32 one.
   */
  public HostTensor tensor(RandomGenerator random, DType floats) {
    HostTensor t = HostTensor.allocate(type(floats));
    for (long i = 0; i < t.elements(); i++) {
      t.set(i, (float) fill.at(random, i));
    }
    return t;
  }
}
