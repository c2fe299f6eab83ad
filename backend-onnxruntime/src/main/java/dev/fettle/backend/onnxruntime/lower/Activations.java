package dev.fettle.backend.onnxruntime.lower;

import dev.fettle.ir.Node;
import dev.fettle.ir.composite.Gelu;
import dev.fettle.spi.support.Lowerings;
import java.util.List;

/** Pointwise units of the feed-forward layers. */
final class Activations {
  private Activations() {}

  static void register(Lowerings<OnnxEmission> table) {
    table.put(Gelu.class, Activations::gelu);
  }

  private static void gelu(OnnxEmission c, Gelu op, Node node) {
    String x = c.whole(node.inputs().get(0));
    if (node.output().shape().rank() > 0) {
      c.bind(node.output(), gelu(c, x, op.form()));
      return;
    }
    // The GPU's kernel takes no scalar.
    String y = gelu(c, c.reshaped(x, List.of(1L)), op.form());
    c.bind(node.output(), c.reshaped(y, List.of()));
  }

  static String gelu(OnnxEmission c, String x, Gelu.Form form) {
    String name = form == Gelu.Form.TANH ? "tanh" : "none";
    return c.node("Gelu", List.of(x), Attributes.text("approximate", name));
  }
}
