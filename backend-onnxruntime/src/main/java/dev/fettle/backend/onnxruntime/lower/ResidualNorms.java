package dev.fettle.backend.onnxruntime.lower;

import ai.onnx.proto.OnnxMl.AttributeProto;
import dev.fettle.ir.Node;
import dev.fettle.ir.Value;
import dev.fettle.ir.composite.LayerNorm;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A layer norm of a sum, which one kernel adds up and normalises: what a layer gives, its shift and
 * the stream it is added to. The kernel takes mean and variance in one pass.
 */
final class ResidualNorms {
  private static final int SUM = 3;

  private ResidualNorms() {}

  /**
   * What is added up.
   *
   * @param layer the result of a layer
   * @param stream what it is added to
   * @param shift a row added to each; empty if there is none
   */
  private record Terms(String layer, String stream, String shift) {}

  /** Emits the norm together with the addition before it, if there is one. */
  static boolean emit(OnnxEmission c, LayerNorm op, Node node) {
    Value x = node.inputs().get(0);
    int rank = x.shape().rank();
    boolean fits = rank == 2 || rank == 3;
    if (!fits || DeviceGradients.statisticsAreRead(c, node)) {
      return false;
    }
    Optional<Terms> terms = terms(c, x);
    if (terms.isEmpty()) {
      return false;
    }
    List<String> in = new ArrayList<>(List.of(terms.get().layer, terms.get().stream));
    node.inputs().subList(1, 3).forEach(v -> in.add(c.whole(v)));
    if (!terms.get().shift.isEmpty()) {
      in.add(terms.get().shift);
    }
    List<String> out =
        c.graph()
            .some(
                "SkipLayerNormalization",
                in,
                List.of(0, SUM),
                Attributes.real("epsilon", op.epsilon()));
    c.bind(node.outputs().get(0), out.get(0));
    c.bind(x, out.get(SUM));
    return true;
  }

  private static Optional<Terms> terms(OnnxEmission c, Value x) {
    List<Long> sizes = OnnxEmission.sizes(x.shape());
    String sum = c.read(x).name();
    Optional<OnnxNode> add = c.graph().producer(sum).filter(n -> n.op().equals("Add"));
    if (add.isEmpty() || !c.graph().readers(sum).isEmpty()) {
      return Optional.empty();
    }
    String a = add.get().inputs().get(0);
    String b = add.get().inputs().get(1);
    Optional<OnnxNode> gemm =
        c.graph()
            .producer(a)
            .filter(n -> n.op().equals("Gemm") && n.inputs().size() == 3)
            .filter(n -> isSized(c, n.inputs().get(2), sizes));
    if (gemm.isPresent() && isRow(c, b, sizes) && c.graph().readers(a).size() == 1) {
      String bare = c.node("Gemm", gemm.get().inputs().subList(0, 2), attributes(gemm.get()));
      return Optional.of(new Terms(bare, gemm.get().inputs().get(2), b));
    }
    if (!isSized(c, a, sizes) || !isSized(c, b, sizes)) {
      return Optional.empty();
    }
    return Optional.of(
        shifted(c, a, b, sizes).or(() -> shifted(c, b, a, sizes)).orElse(new Terms(a, b, "")));
  }

  /** Takes a layer's shift out of what it gave. */
  private static Optional<Terms> shifted(
      OnnxEmission c, String layer, String stream, List<Long> sizes) {
    return c.graph()
        .producer(layer)
        .filter(n -> n.op().equals("Add") && isRow(c, n.inputs().get(1), sizes))
        .filter(n -> c.graph().readers(layer).size() == 1)
        .map(n -> new Terms(n.inputs().get(0), stream, n.inputs().get(1)));
  }

  private static AttributeProto[] attributes(OnnxNode node) {
    return node.attributes().toArray(AttributeProto[]::new);
  }

  private static boolean isSized(OnnxEmission c, String name, List<Long> sizes) {
    return c.sizes(name).filter(sizes::equals).isPresent();
  }

  private static boolean isRow(OnnxEmission c, String name, List<Long> sizes) {
    return isSized(c, name, List.of(sizes.get(sizes.size() - 1)));
  }
}
