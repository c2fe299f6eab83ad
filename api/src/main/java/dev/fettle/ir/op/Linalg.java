package dev.fettle.ir.op;

import dev.fettle.autodiff.VjpContext;
import dev.fettle.ir.Dim;
import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.Shape;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Matrix products. */
public sealed interface Linalg extends PrimitiveOp {

  /** How the products of a {@link Matmul} are rounded. Operands and result keep their type. */
  enum Precision {
    /** In the operands' own type. */
    FULL,
    /**
     * F32 operands may be rounded to TensorFloat-32 first, which keeps 10 bits of the fraction;
     * sums stay F32. A backend whose device has no such products computes in full precision.
     */
    TF32,
    /**
     * F32 operands may be rounded to bfloat16 first; sums stay F32. A backend without such a kernel
     * computes in full precision, which is only more exact, and reports it.
     */
    BF16
  }

  /**
   * {@code a[..., m, k] x b[..., k, n] -> [..., m, n]}; leading axes agree one by one. The axes
   * multiplied away must agree in name and size.
   *
   * @param transposeA a is {@code [..., k, m]}
   * @param transposeB b is {@code [..., n, k]}
   * @param precision how products are rounded
   */
  record Matmul(boolean transposeA, boolean transposeB, Precision precision) implements Linalg {
    @Override
    public String name() {
      return "matmul";
    }

    @Override
    public List<TensorType> infer(List<TensorType> in) {
      Check.arity(this, in, 2);
      Check.floats(this, in);
      TensorType a = in.get(0);
      TensorType b = in.get(1);
      Check.that(a.dtype() == b.dtype(), this, in, "operands must have the same element type");
      Check.that(
          a.rank() >= 2 && a.rank() == b.rank(), this, in, "operands need equal rank, at least 2");
      int r = a.rank();
      Check.that(
          a.shape().dims().subList(0, r - 2).equals(b.shape().dims().subList(0, r - 2)),
          this,
          in,
          "leading axes must agree");
      Dim ka = a.shape().dim(transposeA ? -2 : -1);
      Dim kb = b.shape().dim(transposeB ? -1 : -2);
      Check.that(ka.equals(kb), this, in, "contracts " + ka + " with " + kb);
      List<Dim> dims = new ArrayList<>(a.shape().dims().subList(0, r - 2));
      dims.add(a.shape().dim(transposeA ? -1 : -2));
      dims.add(b.shape().dim(transposeB ? -2 : -1));
      return List.of(a.withShape(new Shape(dims)));
    }

    @Override
    public List<Optional<Value>> vjp(VjpContext c) {
      GraphBuilder g = c.g();
      Value d = c.grad(0);
      Value a = c.in(0);
      Value b = c.in(1);
      // dA = d B^T and dB = A^T d, each written so that no transpose has to be materialised.
      return List.of(
          c.when(
              0,
              () ->
                  transposeA
                      ? g.matmul(b, d, transposeB, true, precision)
                      : g.matmul(d, b, false, !transposeB, precision)),
          c.when(
              1,
              () ->
                  transposeB
                      ? g.matmul(d, a, true, transposeA, precision)
                      : g.matmul(a, d, !transposeA, false, precision)));
    }
  }
}
