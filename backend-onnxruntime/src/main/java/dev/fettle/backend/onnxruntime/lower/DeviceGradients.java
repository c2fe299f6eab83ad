package dev.fettle.backend.onnxruntime.lower;

import dev.fettle.ir.DType;
import dev.fettle.ir.Node;
import dev.fettle.ir.Value;
import dev.fettle.ir.composite.Gelu;
import dev.fettle.ir.composite.LayerNorm;
import dev.fettle.ir.composite.RmsNorm;
import dev.fettle.spi.support.Lowerings;
import java.util.List;
import java.util.Optional;

/**
 * Gradients as a GPU is best given them: every node is a launch, so the forward kernels are run
 * again where they give at once what takes several nodes, and sums along rows and columns are
 * products with a vector.
 */
final class DeviceGradients {
  private static final double SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);
  private static final double CUBIC = 0.044715;

  private DeviceGradients() {}

  static void register(Lowerings<OnnxEmission> table) {
    table
        .put(Gelu.Grad.class, DeviceGradients::gelu)
        .put(LayerNorm.Grad.class, DeviceGradients::layerNorm)
        .put(RmsNorm.Grad.class, DeviceGradients::rmsNorm);
  }

  /**
   * With {@code z = x (a + b x^2)} and {@code w = logistic(z)}, the value is {@code y = x w}, which
   * the forward pass has, and the slope {@code w + y (1 - w) (a + 3 b x^2)}.
   */
  private static void gelu(OnnxEmission c, Gelu.Grad op, Node node) {
    if (op.form() != Gelu.Form.TANH || node.output().shape().rank() == 0) {
      Decompositions.emit(c, op, node);
      return;
    }
    String x = c.whole(node.inputs().get(0));
    String d = c.whole(node.inputs().get(1));
    String a = c.scalar(DType.F32, 2 * SQRT_2_OVER_PI);
    String square = c.node("Mul", x, x);
    String cubic = c.node("Mul", square, c.scalar(DType.F32, 2 * SQRT_2_OVER_PI * CUBIC));
    String w = c.node("Sigmoid", c.node("Mul", x, c.node("Add", cubic, a)));
    String y = Activations.gelu(c, x, op.form());
    String bend = c.node("Mul", square, c.scalar(DType.F32, 6 * SQRT_2_OVER_PI * CUBIC));
    String rest = c.node("Sub", c.scalar(DType.F32, 1), w);
    String steep = c.node("Mul", c.node("Mul", y, rest), c.node("Add", bend, a));
    c.bind(node.output(), c.node("Mul", d, c.node("Add", w, steep)));
  }

  /** What the gradients of both norms are made of, each a matrix of rows. */
  private record Rows(OnnxEmission c, long rows, long width) {

    static Rows of(OnnxEmission c, Value x) {
      long width = x.shape().size(-1);
      return new Rows(c, x.shape().elements() / width, width);
    }

    List<Long> sizes() {
      return List.of(rows, width);
    }

    String matrix(Value v) {
      List<Long> own = OnnxEmission.sizes(v.shape());
      return own.equals(sizes()) ? c.whole(v) : c.reshaped(c.whole(v), sizes());
    }

    String ones() {
      return c.graph().literal(DType.F32, List.of(width), i -> 1);
    }

    String column(Value v) {
      return c.reshaped(c.whole(v), List.of(rows, 1L));
    }

    /** The mean over each row of its elements times those of a vector; a column. */
    String means(String matrix, String vector) {
      if (c.tf32()) {
        // Such a product would be rounded.
        String terms = c.node("Mul", matrix, vector);
        String sums = Reductions.alongRows(c, "ReduceSum", terms);
        return c.node("Mul", sums, c.scalar(DType.F32, 1.0 / width));
      }
      return c.node(
          "Gemm",
          List.of(matrix, c.reshaped(vector, List.of(width, 1L))),
          Attributes.real("alpha", 1.0 / width));
    }

    void bindMatrix(Value v, String matrix) {
      List<Long> own = OnnxEmission.sizes(v.shape());
      c.bind(v, own.equals(sizes()) ? matrix : c.reshaped(matrix, own));
    }

    void bindSum(Value v, String matrix) {
      String sum = Reductions.longSum(c, new Operand(matrix, sizes()), List.of(0), List.of(width));
      c.bind(v, c.reshaped(sum, OnnxEmission.sizes(v.shape())));
    }
  }

  private static boolean wanted(OnnxEmission c, Value v) {
    return c.uses().isEnd(v) || !c.uses().readers(v).isEmpty();
  }

  private static void layerNorm(OnnxEmission c, LayerNorm.Grad op, Node node) {
    List<Value> in = node.inputs();
    Rows r = Rows.of(c, in.get(0));
    String gamma = c.whole(in.get(1));
    String rstd = r.column(in.get(3));
    String d = r.matrix(in.get(4));
    String unit = unit(c, r, node);
    String along = c.node("Mul", d, unit);
    if (wanted(c, node.outputs().get(0))) {
      String scaled = c.node("Mul", d, gamma);
      String centred = c.node("Sub", scaled, r.means(d, gamma));
      String straight = c.node("Sub", centred, c.node("Mul", unit, r.means(along, gamma)));
      r.bindMatrix(node.outputs().get(0), c.node("Mul", straight, rstd));
    }
    if (wanted(c, node.outputs().get(1))) {
      r.bindSum(node.outputs().get(1), along);
    }
    if (wanted(c, node.outputs().get(2))) {
      r.bindSum(node.outputs().get(2), d);
    }
  }

  /** {@code (x - mean) rstd}: what the norm itself gives without scale and shift. */
  private static String unit(OnnxEmission c, Rows r, Node node) {
    List<Value> in = node.inputs();
    String x = r.matrix(in.get(0));
    Optional<LayerNorm> forward =
        c.uses()
            .producer(in.get(2))
            .filter(n -> n.op() instanceof LayerNorm && n.inputs().get(0).equals(in.get(0)))
            .map(n -> (LayerNorm) n.op());
    if (forward.isEmpty()) {
      String apart = c.node("Sub", x, r.column(in.get(2)));
      return c.node("Mul", apart, r.column(in.get(3)));
    }
    return c.node(
        "LayerNormalization",
        List.of(x, r.ones()),
        Attributes.integer("axis", -1),
        Attributes.real("epsilon", forward.get().epsilon()));
  }

  private static void rmsNorm(OnnxEmission c, RmsNorm.Grad op, Node node) {
    List<Value> in = node.inputs();
    Rows r = Rows.of(c, in.get(0));
    String gamma = c.whole(in.get(1));
    String rstd = r.column(in.get(2));
    String d = r.matrix(in.get(3));
    String unit = c.node("Mul", r.matrix(in.get(0)), rstd);
    String along = c.node("Mul", d, unit);
    if (wanted(c, node.outputs().get(0))) {
      String scaled = c.node("Mul", d, gamma);
      String straight = c.node("Sub", scaled, c.node("Mul", unit, r.means(along, gamma)));
      r.bindMatrix(node.outputs().get(0), c.node("Mul", straight, rstd));
    }
    if (wanted(c, node.outputs().get(1))) {
      r.bindSum(node.outputs().get(1), along);
    }
  }
}
