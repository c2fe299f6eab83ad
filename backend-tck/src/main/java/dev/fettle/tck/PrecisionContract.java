package dev.fettle.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fettle.ir.DType;
import dev.fettle.ir.Dim;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.ir.composite.Linear;
import dev.fettle.ir.op.Linalg.Precision;
import dev.fettle.program.ProgramBuilder;
import dev.fettle.spi.HostTensor;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Rules O-6 and O-7: the precision of matrix products is the one asked for. On a GPU the runtimes
 * take TensorFloat-32 unless told not to, which rounds every operand to 10 bits of fraction; a
 * product of small tensors may not show it, so large ones are among these.
 */
public abstract class PrecisionContract extends BackendContract {
  /** A bit that TensorFloat-32 has no room for beside 1, nor has bfloat16. */
  private static final float FINE = 1 + 0x1p-12f;

  /** For subclasses. */
  protected PrecisionContract() {}

  /**
   * A product.
   *
   * @param batch how many; 0 for two axes
   * @param rows of the result
   * @param inner terms of each sum
   * @param columns of the result
   * @param transposed whether the right operand is
   * @param linear whether it is written as a layer
   */
  private record Product(
      int batch, int rows, int inner, int columns, boolean transposed, boolean linear) {

    static Stream<Product> all() {
      return Stream.of(
          new Product(0, 3, 5, 4, false, false),
          new Product(0, 64, 64, 64, true, false),
          new Product(0, 256, 128, 512, false, false),
          new Product(0, 256, 128, 256, true, true),
          new Product(4, 32, 64, 32, false, false),
          new Product(4, 128, 64, 128, true, false));
    }

    private TensorType type(Dim... dims) {
      if (batch == 0) {
        return TensorType.of(DType.F32, dims);
      }
      return TensorType.of(DType.F32, new Dim("batch", batch), dims[0], dims[1]);
    }

    TensorType left() {
      return type(new Dim("rows", rows), new Dim("inner", inner));
    }

    TensorType right() {
      Dim k = new Dim("inner", inner);
      Dim n = new Dim("columns", columns);
      return transposed ? type(n, k) : type(k, n);
    }

    HostTensor run(Trial trial, Precision precision, HostTensor a, HostTensor b) {
      ProgramBuilder p = new ProgramBuilder("product");
      Value left = p.input("a", left());
      Value right = p.input("b", right());
      Value product =
          linear
              ? Linear.of(p.g(), new Linear(transposed, precision), left, right, null)
              : p.g().matmul(left, right, false, transposed, precision);
      p.output("product", product);
      return Maps.get(trial.run(p.build(), Map.of("a", a, "b", b)), "product");
    }
  }

  @TestFactory
  Stream<DynamicTest> asked() {
    return Product.all()
        .map(p -> DynamicTest.dynamicTest("O-6 products of F32 are exact " + p, () -> exact(p)));
  }

  @TestFactory
  Stream<DynamicTest> allowed() {
    return Stream.of(Precision.TF32, Precision.BF16)
        .flatMap(
            precision ->
                Product.all()
                    .map(
                        p ->
                            DynamicTest.dynamicTest(
                                "O-7 products may be rounded to " + precision + " " + p,
                                () -> rounded(p, precision))));
  }

  /** One term of each sum is not zero, so that nothing but the operand's rounding can show. */
  private void exact(Product p) {
    HostTensor a = HostTensor.allocate(p.left());
    for (long i = 0; i < a.elements(); i++) {
      boolean one = i % p.inner == i / p.inner % p.inner;
      a.set(i, one ? FINE : 0);
    }
    HostTensor b = HostTensor.allocate(p.right());
    for (long i = 0; i < b.elements(); i++) {
      b.set(i, 1);
    }
    HostTensor product = p.run(trial(), Precision.FULL, a, b);
    for (long i = 0; i < product.elements(); i++) {
      assertEquals(FINE, (float) product.get(i), "element " + i);
    }
  }

  private void rounded(Product p, Precision precision) {
    HostTensor a = normal(p.left(), 1);
    HostTensor b = normal(p.right(), 2);
    HostTensor expected = p.run(oracle(), Precision.FULL, a, b);
    HostTensor sizes = p.run(oracle(), Precision.FULL, absolute(a), absolute(b));
    HostTensor product = p.run(trial(), precision, a, b);
    // Two operands and the result are rounded.
    double unit = precision == Precision.BF16 ? 0x1p-9 : 0x1p-11;
    for (long i = 0; i < product.elements(); i++) {
      double off = Math.abs(product.get(i) - expected.get(i));
      assertTrue(
          off <= 3.1 * unit * sizes.get(i) + 1e-6,
          "element " + i + " is " + product.get(i) + ", not " + expected.get(i));
    }
  }

  @TestFactory
  Stream<DynamicTest> sums() {
    // 4096 terms of 1: a sum in bfloat16 would stop at 256.
    Product many = new Product(0, 32, 4096, 32, false, false);
    return Stream.of(Precision.TF32, Precision.BF16)
        .map(
            precision ->
                DynamicTest.dynamicTest(
                    "O-7 sums of products in " + precision + " are F32",
                    () -> {
                      HostTensor a = HostTensor.allocate(many.left());
                      HostTensor b = HostTensor.allocate(many.right());
                      for (long i = 0; i < a.elements(); i++) {
                        a.set(i, 1);
                        b.set(i, 1);
                      }
                      HostTensor sum = many.run(trial(), precision, a, b);
                      for (long i = 0; i < sum.elements(); i++) {
                        assertEquals(4096, sum.get(i), "element " + i);
                      }
                    }));
  }

  private static HostTensor absolute(HostTensor t) {
    HostTensor all = HostTensor.allocate(t.dtype(), t.sizes());
    for (long i = 0; i < t.elements(); i++) {
      all.set(i, Math.abs(t.get(i)));
    }
    return all;
  }
}
