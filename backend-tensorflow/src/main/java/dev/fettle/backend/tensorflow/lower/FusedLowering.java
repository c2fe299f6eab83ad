package dev.fettle.backend.tensorflow.lower;

import dev.fettle.ir.DType;
import dev.fettle.ir.Node;
import dev.fettle.ir.composite.CrossEntropy;
import dev.fettle.ir.composite.Softmax;
import dev.fettle.ir.composite.SumOfSquares;
import dev.fettle.spi.support.Lowerings;
import java.util.List;

/** Composites TensorFlow has one kernel for. */
final class FusedLowering {
  private FusedLowering() {}

  static void register(Lowerings<Emission> table) {
    table.put(Softmax.class, FusedLowering::softmax);
    table.put(CrossEntropy.class, FusedLowering::crossEntropy);
    table.put(SumOfSquares.class, FusedLowering::sumOfSquares);
  }

  private static void softmax(Emission e, Softmax op, Node node) {
    Edge x = e.exact(node.inputs().get(0));
    Edge y = e.writer().node("Softmax").in(x).attr("T", x.dtype()).one(x.dtype(), x.sizes());
    e.give(node, y);
  }

  /** One kernel gives the loss and its gradient. */
  private static void crossEntropy(Emission e, CrossEntropy op, Node node) {
    Edge logits = e.exact(node.inputs().get(0));
    Edge targets = e.exact(node.inputs().get(1));
    List<Edge> both =
        e.writer()
            .node("SparseSoftmaxCrossEntropyWithLogits")
            .in(logits, targets)
            .attr("T", logits.dtype())
            .attr("Tlabels", DType.I32)
            .many(
                List.of(
                    new GraphWriter.Result(logits.dtype(), targets.sizes()),
                    new GraphWriter.Result(logits.dtype(), logits.sizes())));
    e.give(node, both);
  }

  private static void sumOfSquares(Emission e, SumOfSquares op, Node node) {
    Edge x = e.exact(node.inputs().get(0));
    Edge half = e.writer().node("L2Loss").in(x).attr("T", x.dtype()).one(x.dtype(), List.of());
    e.give(node, e.ops().mul(half, e.ops().scalar(x.dtype(), 2)));
  }
}
