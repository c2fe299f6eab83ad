package dev.fettle.backend.onnxruntime.lower;

import dev.fettle.ir.DType;
import dev.fettle.ir.Node;
import dev.fettle.ir.Value;
import dev.fettle.ir.composite.CrossEntropy;
import dev.fettle.spi.support.Lowerings;
import java.util.List;

/** The cross-entropy over a vocabulary, in as few passes over it as there are kernels for. */
final class Losses {
  private Losses() {}

  static void register(Lowerings<OnnxEmission> table) {
    table.put(CrossEntropy.class, Losses::crossEntropy);
  }

  /**
   * With p = softmax(x): {@code nll = (max x - x[target]) - log(max p)}, which is exact where
   * {@code log p[target]} would underflow, and {@code residual = p} with 1 taken off at the target.
   * Each step waits for the last reader of what it replaces, so that logits, p and residual may
   * share one memory.
   */
  private static void crossEntropy(OnnxEmission c, CrossEntropy op, Node node) {
    Value logits = node.inputs().get(0);
    Value nll = node.outputs().get(0);
    DType dtype = logits.dtype();
    long rows = logits.shape().size(0);
    Operand x = new Operand(c.whole(logits), OnnxEmission.sizes(logits.shape()));
    Operand index =
        new Operand(
            c.reshaped(c.whole(node.inputs().get(1)), List.of(rows, 1L)), List.of(rows, 1L));
    if (!wanted(c, nll)) {
      if (wanted(c, node.outputs().get(1))) {
        c.bind(node.outputs().get(1), residual(c, softmax(c, x.name()), index, dtype));
      }
      return;
    }
    String picked =
        c.node("GatherElements", List.of(x.name(), index.name()), Attributes.integer("axis", 1));
    String largest = Reductions.reduce(c, "ReduceMax", x.name(), List.of(1));
    String below = c.node("Sub", largest, c.reshaped(picked, List.of(rows)));
    boolean ordered = c.target().ordersByShapes();
    String p =
        softmax(
            c,
            ordered
                ? Layouts.after(c, x, dtype, List.of(new Operand(below, List.of(rows))))
                : x.name());
    String likeliest = c.node("Log", Reductions.reduce(c, "ReduceMax", p, List.of(1)));
    c.bind(nll, c.node("Sub", below, likeliest));
    if (wanted(c, node.outputs().get(1))) {
      String later =
          ordered
              ? Layouts.after(c, index, node.inputs().get(1).dtype(), List.of(c.read(nll)))
              : index.name();
      c.bind(node.outputs().get(1), residual(c, p, new Operand(later, index.dims()), dtype));
    }
  }

  private static String softmax(OnnxEmission c, String x) {
    return c.node("Softmax", List.of(x), Attributes.integer("axis", -1));
  }

  private static String residual(OnnxEmission c, String p, Operand index, DType dtype) {
    String minus = c.graph().literal(dtype, index.dims(), i -> -1);
    return c.node(
        "ScatterElements",
        List.of(p, index.name(), minus),
        Attributes.integer("axis", 1),
        Attributes.text("reduction", "add"));
  }

  private static boolean wanted(OnnxEmission c, Value v) {
    return c.uses().isEnd(v) || !c.uses().readers(v).isEmpty();
  }
}
