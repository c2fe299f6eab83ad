package dev.fettle.backend.onnxruntime.lower;

import ai.onnx.proto.OnnxMl.AttributeProto;
import dev.fettle.ir.DType;
import dev.fettle.ir.Node;
import dev.fettle.ir.Value;
import dev.fettle.ir.composite.Linear;
import dev.fettle.ir.op.Elementwise;
import dev.fettle.ir.op.Elementwise.BinaryKind;
import dev.fettle.ir.op.Linalg;
import dev.fettle.ir.op.Linalg.Matmul;
import dev.fettle.ir.op.Linalg.Precision;
import dev.fettle.spi.support.Lowerings;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Matrix products: Gemm for two axes, FusedMatMul for more. Neither needs a transposed copy, and
 * both take a constant factor; Gemm also takes what its product is added to.
 */
final class Products {
  /** From this many rows on, a transposed left operand is slower than a transposed result. */
  private static final long TALL = 8192;

  private Products() {}

  static void register(Lowerings<OnnxEmission> table) {
    table.put(Linalg.Matmul.class, Products::matmul).put(Linear.class, Products::linear);
  }

  /**
   * A product about to be emitted.
   *
   * @param precision asked for
   * @param in the operands, and for two axes maybe what to add to
   * @param transA reads the first operand transposed
   * @param transB reads the second operand transposed
   * @param alpha the factor
   */
  private record Product(
      Precision precision, List<String> in, boolean transA, boolean transB, double alpha) {

    AttributeProto[] attributes() {
      List<AttributeProto> all = new ArrayList<>();
      all.add(Attributes.flag("transA", transA));
      all.add(Attributes.flag("transB", transB));
      if (alpha != 1) {
        all.add(Attributes.real("alpha", alpha));
      }
      return all.toArray(AttributeProto[]::new);
    }

    /** The product of the exchanged operands: {@code (A^T B)^T = B^T A}. */
    Product exchanged() {
      return new Product(precision, List.of(in.get(1), in.get(0)), true, false, alpha);
    }

    Product of(List<String> others) {
      return new Product(precision, others, transA, transB, alpha);
    }
  }

  private static void matmul(OnnxEmission c, Matmul op, Node node) {
    c.bind(node.output(), emit(c, op, node, 1));
  }

  private static String emit(OnnxEmission c, Matmul op, Node node, double factor) {
    double alpha = factor;
    List<String> in = new ArrayList<>();
    for (Value v : node.inputs()) {
      Optional<Scaled> scaled = scaling(c, v);
      alpha *= scaled.map(Scaled::factor).orElse(1.0);
      in.add(c.whole(scaled.map(Scaled::of).orElse(v)));
    }
    Value out = node.output();
    Precision precision = out.dtype() == DType.F32 ? op.precision() : Precision.FULL;
    Product product = new Product(precision, in, op.transposeA(), op.transposeB(), alpha);
    int rank = out.shape().rank();
    if (c.target().isSlowTransposed() && op.transposeA() && !op.transposeB() && isTall(out)) {
      List<Integer> swap = new ArrayList<>(IntStream.range(0, rank).boxed().toList());
      swap.set(rank - 2, rank - 1);
      swap.set(rank - 1, rank - 2);
      return Layouts.transposed(c, product(c, product.exchanged(), rank), swap);
    }
    return product(c, product, rank);
  }

  private static String product(OnnxEmission c, Product p, int rank) {
    Optional<DType> other = c.target().computes(p.precision, c.tf32());
    if (other.isEmpty()) {
      return plain(c, p, rank);
    }
    List<String> in = p.in.subList(0, 2).stream().map(x -> c.cast(x, other.get())).toList();
    return c.cast(plain(c, p.of(in), rank), DType.F32);
  }

  private static String plain(OnnxEmission c, Product p, int rank) {
    if (rank == 2) {
      return c.node("Gemm", p.in, p.attributes());
    }
    boolean plain = !p.transA && !p.transB && p.alpha == 1;
    return plain ? c.node("MatMul", p.in) : c.contrib("FusedMatMul", p.in, p.attributes());
  }

  /**
   * True where {@code A^T B} is slower than {@code (B^T A)^T} and a transposition of the result:
   * with a vocabulary of rows (192 ms instead of 293 measured), and in attention, where the result
   * is narrow and its transposition often merges with one that follows.
   */
  private static boolean isTall(Value out) {
    long rows = out.shape().size(-2);
    long columns = out.shape().size(-1);
    return out.shape().rank() == 2 ? rows >= TALL && rows > 4 * columns : rows >= 2 * columns;
  }

  /** A value times a number. */
  private record Scaled(Value of, double factor) {}

  /** Sees through a multiplication by a literal, and through a mere renaming of axes. */
  private static Optional<Scaled> scaling(OnnxEmission c, Value v) {
    Optional<Node> node = c.uses().producer(v);
    boolean product =
        node.isPresent()
            && node.get().op() instanceof Elementwise.Binary b
            && b.kind() == BinaryKind.MUL;
    if (!product) {
      return Optional.empty();
    }
    List<Value> in = node.get().inputs();
    Optional<Double> right = c.uses().splat(in.get(1));
    if (right.isPresent()) {
      return Optional.of(new Scaled(in.get(0), right.get()));
    }
    return c.uses().splat(in.get(0)).map(factor -> new Scaled(in.get(1), factor));
  }

  /** Emits a multiplication by a literal as part of the product it scales, if it does. */
  static boolean scaled(OnnxEmission c, Node node) {
    Optional<Scaled> scaled = scaling(c, node.output());
    Optional<Node> product = scaled.flatMap(s -> product(c, s.of()));
    if (product.isEmpty() || !(product.get().op() instanceof Matmul op)) {
      return false;
    }
    c.bind(node.output(), emit(c, op, product.get(), scaled.get().factor()));
    return true;
  }

  /** The product a value is, if nobody else reads it. */
  private static Optional<Node> product(OnnxEmission c, Value v) {
    return c.uses()
        .producer(v)
        .filter(n -> n.op() instanceof Matmul || n.op() instanceof Linear)
        .filter(n -> c.uses().readOnce(v));
  }

  private static void linear(OnnxEmission c, Linear op, Node node) {
    List<String> in = node.inputs().stream().map(c::whole).toList();
    Precision precision = node.output().dtype() == DType.F32 ? op.precision() : Precision.FULL;
    if (in.size() > 2 && c.target().addsApart()) {
      Product bare = new Product(precision, in.subList(0, 2), false, op.transposed(), 1);
      c.bind(node.output(), c.node("Add", product(c, bare, 2), in.get(2)));
      return;
    }
    c.bind(node.output(), product(c, new Product(precision, in, false, op.transposed(), 1), 2));
  }

  /**
   * Emits an addition as part of the product it adds to, if it is one: a residual connection, or a
   * gradient added to the sum of earlier ones, which then is updated in its place.
   */
  static boolean addInto(OnnxEmission c, Node node) {
    for (int i = 0; i < 2; i++) {
      Value sum = node.inputs().get(1 - i);
      Optional<Node> product = product(c, node.inputs().get(i));
      if (product.isEmpty() || node.output().shape().rank() != 2) {
        continue;
      }
      if (addSumFirst(c, node, product.get(), sum)) {
        return true;
      }
      Optional<Product> gemm = bare(c, product.get());
      if (gemm.isPresent()) {
        List<String> in = new ArrayList<>(gemm.get().in);
        in.add(c.read(sum).name());
        c.bind(node.output(), plain(c, gemm.get().of(in), 2));
        return true;
      }
    }
    return false;
  }

  /** Of a layer whose shift was added apart: adds the sum to the product, then the shift. */
  private static boolean addSumFirst(OnnxEmission c, Node node, Node layer, Value sum) {
    Optional<OnnxNode> shifted =
        c.graph()
            .producer(c.read(layer.output()).name())
            .filter(n -> n.op().equals("Add") && layer.op() instanceof Linear);
    Optional<Product> gemm = shifted.flatMap(n -> bare(c, n.inputs().get(0)));
    if (gemm.isEmpty()) {
      return false;
    }
    List<String> in = new ArrayList<>(gemm.get().in);
    in.add(c.whole(sum));
    String added = plain(c, gemm.get().of(in), 2);
    c.bind(node.output(), c.node("Add", added, shifted.get().inputs().get(1)));
    return true;
  }

  private static Optional<Product> bare(OnnxEmission c, Node product) {
    return bare(c, c.read(product.output()).name());
  }

  /** The Gemm a product has become, if it has room for something to add to. */
  private static Optional<Product> bare(OnnxEmission c, String product) {
    return c.graph()
        .producer(product)
        .filter(n -> n.op().equals("Gemm") && n.inputs().size() == 2)
        .map(
            n -> {
              List<AttributeProto> a = n.attributes();
              double alpha = a.size() > 2 ? a.get(2).getF() : 1;
              return new Product(
                  Precision.FULL, n.inputs(), a.get(0).getI() == 1, a.get(1).getI() == 1, alpha);
            });
  }
}
