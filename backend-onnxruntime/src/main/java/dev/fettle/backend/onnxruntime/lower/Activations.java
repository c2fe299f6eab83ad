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
    String form = op.form() == Gelu.Form.TANH ? "tanh" : "none";
    String x = c.whole(node.inputs().get(0));
    c.bind(node.output(), c.node("Gelu", List.of(x), Attributes.text("approximate", form)));
  }
}
