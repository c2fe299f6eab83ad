package dev.fettle.backend.onnxruntime.lower;

import dev.fettle.ir.Node;
import dev.fettle.ir.Value;
import dev.fettle.ir.composite.LayerNorm;
import dev.fettle.ir.composite.RmsNorm;
import dev.fettle.ir.composite.Softmax;
import dev.fettle.spi.support.Lowerings;
import java.util.ArrayList;
import java.util.List;

/** Normalisations over the last axis. */
final class Normalizations {
  private Normalizations() {}

  static void register(Lowerings<OnnxEmission> table) {
    table
        .put(Softmax.class, Normalizations::softmax)
        .put(LayerNorm.class, Normalizations::layerNorm)
        .put(RmsNorm.class, Normalizations::rmsNorm);
  }

  private static void softmax(OnnxEmission c, Softmax op, Node node) {
    String x = c.whole(node.inputs().get(0));
    c.bind(node.output(), c.node("Softmax", List.of(x), Attributes.integer("axis", -1)));
  }

  private static void layerNorm(OnnxEmission c, LayerNorm op, Node node) {
    if (c.target() == Target.CUDA && ResidualNorms.emit(c, op, node)) {
      return;
    }
    List<String> in = node.inputs().stream().map(c::whole).toList();
    List<String> out =
        c.nodes(
            "LayerNormalization",
            in,
            3,
            Attributes.integer("axis", -1),
            Attributes.real("epsilon", op.epsilon()));
    bindRows(c, node, out);
  }

  private static void rmsNorm(OnnxEmission c, RmsNorm op, Node node) {
    List<String> in = node.inputs().stream().map(c::whole).toList();
    List<String> out =
        c.nodes(
            "SimplifiedLayerNormalization",
            in,
            2,
            Attributes.integer("axis", -1),
            Attributes.real("epsilon", op.epsilon()));
    bindRows(c, node, out);
  }

  /** The statistics come with a last axis of 1, which only readers elsewhere need dropped. */
  private static void bindRows(OnnxEmission c, Node node, List<String> out) {
    c.bind(node.outputs().get(0), out.get(0));
    for (int i = 1; i < out.size(); i++) {
      Value row = node.outputs().get(i);
      if (c.uses().readers(row).isEmpty() && !c.uses().isEnd(row)) {
        continue;
      }
      List<Long> sizes = new ArrayList<>(OnnxEmission.sizes(row.shape()));
      c.bind(row, c.reshaped(out.get(i), sizes));
    }
  }
}
