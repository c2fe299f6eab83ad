package dev.fettle.models.nn;

import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.Value;
import dev.fettle.ir.composite.Gelu;
import dev.fettle.ir.composite.Relu;
import dev.fettle.models.config.Activation;

/** The activation functions of feed-forward layers. */
public final class Activations {
  private Activations() {}

  /** Appends an activation. */
  public static Value of(GraphBuilder g, Activation activation, Value x) {
    return switch (activation) {
      case GELU -> Gelu.of(g, x, Gelu.Form.EXACT);
      case GELU_TANH -> Gelu.of(g, x, Gelu.Form.TANH);
      case RELU -> Relu.of(g, x);
      case SILU -> g.mul(x, g.logistic(x));
    };
  }
}
