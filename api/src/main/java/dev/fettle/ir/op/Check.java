package dev.fettle.ir.op;

import dev.fettle.ir.DType;
import dev.fettle.ir.IrException;
import dev.fettle.ir.Shape;
import dev.fettle.ir.TensorType;
import java.util.List;

/** The checks type rules share; each failure names the operation and the types it was given. */
public final class Check {
  private Check() {}

  /** Fails with the operation's name and operand types unless {@code ok}. */
  public static void that(boolean ok, Op op, List<TensorType> in, String rule) {
    if (!ok) {
      throw new IrException(op.name() + in + ": " + rule);
    }
  }

  /** Requires {@code n} operands. */
  public static void arity(Op op, List<TensorType> in, int n) {
    that(in.size() == n, op, in, "takes " + n + " operand" + (n == 1 ? "" : "s"));
  }

  /** Requires float operands. */
  public static void floats(Op op, List<TensorType> in) {
    that(in.stream().allMatch(t -> t.dtype().isFloat()), op, in, "takes float operands");
  }

  /** Requires float operands of one element type. */
  public static void sameFloats(Op op, List<TensorType> in) {
    floats(op, in);
    that(
        in.stream().allMatch(t -> t.dtype() == in.get(0).dtype()),
        op,
        in,
        "operands must have one element type; cast explicitly");
  }

  /** Requires all operands to have one and the same type. */
  public static void same(Op op, List<TensorType> in) {
    that(
        in.stream().allMatch(t -> t.equals(in.get(0))),
        op,
        in,
        "operands must have the same type; broadcast, cast or rename explicitly");
  }

  /** Requires operand {@code i} to have the given element type. */
  public static void dtype(Op op, List<TensorType> in, int i, DType dtype) {
    that(in.get(i).dtype() == dtype, op, in, "operand " + i + " must be " + dtype);
  }

  /** Requires operand {@code i} to have the given shape. */
  public static void shape(Op op, List<TensorType> in, int i, Shape shape) {
    that(in.get(i).shape().equals(shape), op, in, "operand " + i + " must have shape " + shape);
  }

  /** Requires operand {@code i} to be an index tensor. */
  public static void index(Op op, List<TensorType> in, int i) {
    that(
        in.get(i).dtype() == DType.I32 || in.get(i).dtype() == DType.I64,
        op,
        in,
        "operand " + i + " must be I32 or I64");
  }
}
