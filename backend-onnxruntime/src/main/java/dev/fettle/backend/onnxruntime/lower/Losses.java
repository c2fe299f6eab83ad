package dev.fettle.backend.onnxruntime.lower;

import dev.fettle.ir.DType;
import dev.fettle.ir.Node;
import dev.fettle.ir.Value;
import dev.fettle.ir.composite.CrossEntropy;
import dev.fettle.spi.support.Lowerings;
import java.util.Collections;
import java.util.List;

/** The cross-entropy over a vocabulary, in as few passes over it as there are kernels for. */
final class Losses {
  private Losses() {}

  static void register(Lowerings<Emission> table) {
    table.put(CrossEntropy.class, Losses::crossEntropy);
  }

  /**
   * With p = softmax(x): {@code nll = (max x - x[target]) - log(max p)}, which is exact where {@code
   * log p[target]} would underflow, and {@code residual = p} with 1 taken off at the target.
   */
  private static void crossEntropy(Emission c, CrossEntropy op, Node node) {
    Value logits = node.inputs().get(0);
    Value nll = node.outputs().get(0);
    Value residual = node.outputs().get(1);
    DType dtype = logits.dtype();
    long rows = logits.shape().size(0);
    String x = c.whole(logits);
    String p = c.node("Softmax", List.of(x), Attributes.integer("axis", -1));
    String index = c.reshaped(c.whole(node.inputs().get(1)), List.of(rows, 1L));
    if (wanted(c, nll)) {
      String picked = c.node("GatherElements", List.of(x, index), Attributes.integer("axis", 1));
      String below = c.node("Sub", Reductions.reduce(c, "ReduceMax", x, List.of(1)), c.reshaped(picked, List.of(rows)));
      String likeliest = c.node("Log", Reductions.reduce(c, "ReduceMax", p, List.of(1)));
      c.bind(nll, c.node("Sub", below, likeliest));
    }
    if (wanted(c, residual)) {
      String minus =
          c.graph()
              .literal(
                  dtype,
                  List.of(rows, 1L),
                  Collections.nCopies(Math.toIntExact(rows), -1.0));
      c.bind(
          residual,
          c.node(
              "ScatterElements",
              List.of(p, index, minus),
              Attributes.integer("axis", 1),
              Attributes.text("reduction", "add")));
    }
  }

  private static boolean wanted(Emission c, Value v) {
    return c.uses().isEnd(v) || !c.uses().readers(v).isEmpty();
  }
}
