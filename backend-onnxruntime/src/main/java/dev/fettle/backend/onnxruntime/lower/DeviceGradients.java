package dev.fettle.backend.onnxruntime.lower;

import dev.fettle.ir.DType;
import dev.fettle.ir.Node;
import dev.fettle.ir.Value;
import dev.fettle.ir.composite.Gelu;
import dev.fettle.ir.composite.LayerNorm;
import dev.fettle.ir.composite.RmsNorm;
import dev.fettle.ir.composite.Softmax;
import dev.fettle.spi.support.Lowerings;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Gradients as a GPU is best given them: every node is a launch, so the forward kernels are run
 * again where they give at once what takes several nodes, and sums along rows and columns are
 * products.
 */
final class DeviceGradients {
  private static final double SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);
  private static final double CUBIC = 0.044715;

  /** The most terms of a row that a product sums exactly enough. */
  private static final long LONGEST_ROW = 1 << 10;

  private DeviceGradients() {}

  static void register(Lowerings<OnnxEmission> table) {
    table
        .put(Gelu.Grad.class, DeviceGradients::gelu)
        .put(Softmax.Grad.class, DeviceGradients::softmax)
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
    String b = c.scalar(DType.F32, 2 * SQRT_2_OVER_PI * CUBIC);
    String bent = c.node("Mul", c.node("Mul", x, x), b);
    String bend = c.node("Add", bent, a);
    String w = c.node("Sigmoid", c.node("Mul", x, bend));
    String y = Activations.gelu(c, x, op.form());
    String rest = c.node("Sub", c.scalar(DType.F32, 1), w);
    // a + 3 b x^2, all of one size, is one pass.
    String steeper = c.node("Sum", bend, bent, bent);
    String steep = c.node("Mul", c.node("Mul", y, rest), steeper);
    c.bind(node.output(), c.node("Mul", d, c.node("Add", w, steep)));
  }

  /** {@code y (d - sum(d y))}, each row's sum as a product of a row and a column. */
  private static void softmax(OnnxEmission c, Softmax.Grad op, Node node) {
    long width = node.output().shape().rank() == 0 ? 0 : node.output().shape().size(-1);
    if (c.tf32() || width == 0 || width > LONGEST_ROW) {
      Decompositions.emit(c, op, node);
      return;
    }
    Rows r = Rows.of(c, node.output());
    String y = c.whole(node.inputs().get(0));
    String d = c.whole(node.inputs().get(1));
    List<Long> sizes = new ArrayList<>(OnnxEmission.sizes(node.output().shape()));
    sizes.set(sizes.size() - 1, 1L);
    String dot = c.reshaped(r.dots(c.reshaped(d, r.sizes()), c.reshaped(y, r.sizes()), 1), sizes);
    c.bind(node.output(), c.node("Mul", y, c.node("Sub", d, dot)));
  }

  /** What the gradients of rows are made of, each a matrix of rows. */
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

    /** Each row of one matrix times the same row of another: {@code [rows, 1, 1]}. */
    String dots(String a, String b, double factor) {
      String left = c.reshaped(a, List.of(rows, 1L, width));
      String right = c.reshaped(b, List.of(rows, 1L, width));
      return c.contrib(
          "FusedMatMul",
          List.of(left, right),
          Attributes.flag("transA", false),
          Attributes.flag("transB", true),
          Attributes.real("alpha", factor));
    }

    /** The mean over each row of its elements, or of its products with another's; a column. */
    String means(String matrix) {
      String sums = Reductions.alongRows(c, "ReduceSum", matrix);
      return c.node("Mul", sums, c.scalar(DType.F32, 1.0 / width));
    }

    /** Whether a product over a row is as good as a sum: rounded, it is not. */
    boolean byProducts() {
      return !c.tf32();
    }

    void bindMatrix(Value v, String matrix) {
      List<Long> own = OnnxEmission.sizes(v.shape());
      c.bind(v, own.equals(sizes()) ? matrix : c.reshaped(matrix, own));
    }

    /** Binds the sum of two matrices, so that what is added to it next is added in one pass. */
    void bindSum(Value v, String a, String b) {
      String sum = c.node("Add", a, b);
      c.isSum(sum, List.of(a, b));
      bindMatrix(v, sum);
    }

    void bindColumns(Value v, String matrix) {
      String sum = Reductions.longSum(c, new Operand(matrix, sizes()), List.of(0), List.of(width));
      bindRow(v, sum);
    }

    void bindRow(Value v, String sum) {
      List<Long> own = OnnxEmission.sizes(v.shape());
      c.bind(v, own.equals(List.of(width)) ? sum : c.reshaped(sum, own));
    }
  }

  private static boolean wanted(OnnxEmission c, Value v) {
    return c.uses().isEnd(v) || !c.uses().readers(v).isEmpty();
  }

  /**
   * With {@code u} the normalised row and {@code s = d gamma rstd}: {@code s - mean(s) - u mean(s
   * u)}. A row of ones above u makes both means one product, and what is taken off another.
   */
  private static void layerNorm(OnnxEmission c, LayerNorm.Grad op, Node node) {
    List<Value> out = node.outputs();
    Rows r = Rows.of(c, node.inputs().get(0));
    String d = r.matrix(node.inputs().get(4));
    Unit unit = unit(c, r, node);
    String pair = r.byProducts() ? pair(r, unit.rows()) : "";
    if (wanted(c, out.get(0))) {
      String gamma = c.whole(node.inputs().get(1));
      String s = c.node("Mul", c.node("Mul", d, unit.rstd()), gamma);
      if (r.byProducts()) {
        r.bindSum(out.get(0), s, projection(r, s, pair));
      } else {
        String along = r.means(c.node("Mul", s, unit.rows()));
        String centred = c.node("Sub", s, r.means(s));
        String off = c.node("Mul", unit.rows(), along);
        r.bindMatrix(out.get(0), c.node("Sub", centred, off));
      }
    }
    boolean both = wanted(c, out.get(1)) && wanted(c, out.get(2));
    if (both && r.byProducts() && Reductions.isByProduct(r.rows(), c)) {
      String each = c.node("Mul", c.reshaped(d, List.of(r.rows(), 1L, r.width())), pair);
      List<Long> sizes = List.of(r.rows(), 2 * r.width());
      List<String> sums = ColumnSums.parts(c, new Operand(c.reshaped(each, sizes), sizes), 2);
      r.bindRow(out.get(2), sums.get(0));
      r.bindRow(out.get(1), sums.get(1));
      return;
    }
    if (wanted(c, out.get(1))) {
      r.bindColumns(out.get(1), c.node("Mul", d, unit.rows()));
    }
    if (wanted(c, out.get(2))) {
      r.bindColumns(out.get(2), d);
    }
  }

  /** Rows of ones and of a matrix in turn: {@code [rows, 2, width]}. */
  private static String pair(Rows r, String matrix) {
    OnnxEmission c = r.c();
    String apart = c.reshaped(matrix, List.of(r.rows(), 1L, r.width()));
    String before = c.graph().longs(List.of(0L, 1L, 0L, 0L, 0L, 0L));
    return c.node("Pad", apart, before, c.scalar(DType.F32, 1));
  }

  /**
   * What of each row lies along the rows of a pair, taken off: {@code -(s pair^T) pair / width}.
   */
  private static String projection(Rows r, String s, String pair) {
    OnnxEmission c = r.c();
    String means =
        c.contrib(
            "FusedMatMul",
            List.of(c.reshaped(s, List.of(r.rows(), 1L, r.width())), pair),
            Attributes.flag("transA", false),
            Attributes.flag("transB", true),
            Attributes.real("alpha", -1.0 / r.width()));
    return c.reshaped(c.node("MatMul", means, pair), r.sizes());
  }

  /**
   * Normalised rows.
   *
   * @param rows {@code (x - mean) rstd}
   * @param rstd a column
   */
  private record Unit(String rows, String rstd) {}

  /** What the norm itself gives without scale and shift. */
  private static Unit unit(OnnxEmission c, Rows r, Node node) {
    List<Value> in = node.inputs();
    String x = r.matrix(in.get(0));
    Optional<Node> forward = forward(c, node);
    if (forward.isEmpty()) {
      String apart = c.node("Sub", x, r.column(in.get(2)));
      String rstd = r.column(in.get(3));
      return new Unit(c.node("Mul", apart, rstd), rstd);
    }
    double epsilon = ((LayerNorm) forward.get().op()).epsilon();
    List<String> all =
        c.nodes(
            "LayerNormalization",
            List.of(x, r.ones()),
            3,
            Attributes.integer("axis", -1),
            Attributes.real("epsilon", epsilon));
    return new Unit(all.get(0), all.get(2));
  }

  /**
   * The norm a gradient is of, where it is there to be run again; then its statistics are not read.
   */
  private static Optional<Node> forward(OnnxEmission c, Node gradient) {
    List<Value> in = gradient.inputs();
    return c.uses()
        .producer(in.get(2))
        .filter(n -> n.op() instanceof LayerNorm && n.inputs().get(0).equals(in.get(0)));
  }

  /** True where something reads the statistics of a norm, and not only its results. */
  static boolean statisticsAreRead(OnnxEmission c, Node norm) {
    for (Value v : norm.outputs().subList(1, norm.outputs().size())) {
      boolean again =
          c.uses().readers(v).stream()
              .allMatch(n -> n.op() instanceof LayerNorm.Grad && forward(c, n).isPresent());
      if (c.uses().isEnd(v) || !again) {
        return true;
      }
    }
    return false;
  }

  private static void rmsNorm(OnnxEmission c, RmsNorm.Grad op, Node node) {
    List<Value> in = node.inputs();
    Rows r = Rows.of(c, in.get(0));
    String gamma = c.whole(in.get(1));
    String rstd = r.column(in.get(2));
    String d = r.matrix(in.get(3));
    String unit = c.node("Mul", r.matrix(in.get(0)), rstd);
    if (wanted(c, node.outputs().get(0))) {
      String s = c.node("Mul", c.node("Mul", d, rstd), gamma);
      if (r.byProducts()) {
        String mean = c.reshaped(r.dots(s, unit, -1.0 / r.width()), List.of(r.rows(), 1L));
        r.bindSum(node.outputs().get(0), s, c.node("Mul", unit, mean));
      } else {
        String off = c.node("Mul", unit, r.means(c.node("Mul", s, unit)));
        r.bindMatrix(node.outputs().get(0), c.node("Sub", s, off));
      }
    }
    if (wanted(c, node.outputs().get(1))) {
      r.bindColumns(node.outputs().get(1), c.node("Mul", d, unit));
    }
  }
}
