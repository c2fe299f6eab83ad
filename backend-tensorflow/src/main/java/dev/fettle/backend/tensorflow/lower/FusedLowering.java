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

  static void register(Lowerings<TfEmission> table) {
    table.put(Softmax.class, FusedLowering::softmax);
    table.put(CrossEntropy.class, FusedLowering::crossEntropy);
    table.put(SumOfSquares.class, FusedLowering::sumOfSquares);
  }

  private static void softmax(TfEmission e, Softmax op, Node node) {
    Edge x = e.exact(node.inputs().get(0));
    Edge y = e.writer().node("Softmax").in(x).attr("T", x.dtype()).one(x.dtype(), x.sizes());
    e.give(node, y);
  }

  /**
   * {@code SparseSoftmaxCrossEntropyWithLogits} gives both results, but computes its exponentials
   * one by one: it takes five times as long as the softmax kernel. With that, {@code logsumexp(x) =
   * max(x) - log(max(softmax(x)))}, where the largest probability never underflows.
   */
  private static void crossEntropy(TfEmission e, CrossEntropy op, Node node) {
    Edge logits = e.exact(node.inputs().get(0));
    Edge targets = e.exact(node.inputs().get(1));
    Ops ops = e.ops();
    DType dtype = logits.dtype();
    long rows = logits.sizes().get(0);
    long classes = logits.sizes().get(1);
    Edge p = e.writer().node("Softmax").in(logits).attr("T", dtype).one(dtype, logits.sizes());
    Edge largest = ops.reduce("Max", p, List.of(1));
    Edge total =
        ops.binary("Sub", ops.reduce("Max", logits, List.of(1)), ops.unary("Log", largest));
    // Places of the targets among all elements.
    Edge first = ops.mul(ops.range(DType.I64, rows), ops.scalar(DType.I64, (double) classes));
    Edge at = ops.binary("AddV2", first, ops.cast(targets, DType.I64));
    Edge own = ops.gather(ops.reshape(logits, List.of(rows * classes)), at, 0);
    Edge nll = ops.binary("Sub", total, own);
    if (e.onGpu()) {
      e.give(node, List.of(nll, ops.binary("Sub", p, oneHot(e, targets, logits))));
      return;
    }
    // Once the losses are known nobody else holds p, which becomes the residual, or the logits.
    Edge minusOne = ops.broadcastTo(ops.scalar(dtype, -1), List.of(rows));
    Edge residual =
        e.writer()
            .node("TensorScatterAdd")
            .in(ops.reshape(p, List.of(rows * classes)), ops.reshape(at, List.of(rows, 1L)))
            .in(minusOne)
            .after(List.of(nll.node()))
            .attr("T", dtype)
            .attr("Tindices", DType.I64)
            .one(dtype, List.of(rows * classes));
    e.give(node, List.of(nll, ops.reshape(residual, logits.sizes())));
  }

  /** A one at each row's target. Scattering would be taken to the CPU, where bits must repeat. */
  private static Edge oneHot(TfEmission e, Edge targets, Edge logits) {
    Ops ops = e.ops();
    DType dtype = logits.dtype();
    return e.writer()
        .node("OneHot")
        .in(targets, ops.scalar(DType.I32, logits.sizes().get(1)))
        .in(ops.scalar(dtype, 1), ops.scalar(dtype, 0))
        .attr("T", dtype)
        .attr("TI", targets.dtype())
        .attr("axis", -1)
        .one(dtype, logits.sizes());
  }

  private static void sumOfSquares(TfEmission e, SumOfSquares op, Node node) {
    Edge x = e.exact(node.inputs().get(0));
    Edge half = e.writer().node("L2Loss").in(x).attr("T", x.dtype()).one(x.dtype(), List.of());
    e.give(node, e.ops().mul(half, e.ops().scalar(x.dtype(), 2)));
  }
}
