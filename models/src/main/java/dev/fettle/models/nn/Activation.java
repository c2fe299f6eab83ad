package dev.fettle.models.nn;

import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.Value;
import dev.fettle.ir.composite.Gelu;
import java.util.Locale;
import java.util.Optional;

/** The activation functions of feed-forward layers, by their Hugging Face names. */
public enum Activation {
  GELU,
  GELU_TANH,
  RELU,
  SILU;

  /** The activation of a {@code hidden_act} or {@code activation_function}, if it is known. */
  public static Optional<Activation> named(String name) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "gelu" -> Optional.of(GELU);
      case "gelu_new", "gelu_fast", "gelu_pytorch_tanh" -> Optional.of(GELU_TANH);
      case "relu" -> Optional.of(RELU);
      case "silu", "swish" -> Optional.of(SILU);
      default -> Optional.empty();
    };
  }

  /** Appends the activation. */
  public Value of(GraphBuilder g, Value x) {
    return switch (this) {
      case GELU -> Gelu.of(g, x, Gelu.Form.EXACT);
      case GELU_TANH -> Gelu.of(g, x, Gelu.Form.TANH);
      case RELU -> g.max(x, g.fill(0, x.type()));
      case SILU -> g.mul(x, g.logistic(x));
    };
  }
}
