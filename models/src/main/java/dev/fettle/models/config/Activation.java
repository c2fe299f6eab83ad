package dev.fettle.models.config;

import java.util.List;
import java.util.Optional;

/** Activation functions, under the names transformers gives them. */
public enum Activation {
  /** {@code x * logistic(x)}. */
  SILU,
  /** {@code x * Phi(x)}, exact. */
  GELU,
  /** The tanh approximation; transformers has it under five names. */
  GELU_TANH,
  /** {@code max(x, 0)}. */
  RELU;

  /** The names used by published models, for messages. */
  static final List<String> NAMES =
      List.of("silu", "gelu", "gelu_new", "gelu_pytorch_tanh", "gelu_fast", "relu");

  /** The activation of a name in {@code config.json}. */
  static Optional<Activation> named(String name) {
    return switch (name) {
      case "silu", "swish" -> Optional.of(SILU);
      case "gelu", "gelu_python" -> Optional.of(GELU);
      case "gelu_new", "gelu_pytorch_tanh", "gelu_python_tanh", "gelu_fast", "gelu_accurate" ->
          Optional.of(GELU_TANH);
      case "relu" -> Optional.of(RELU);
      default -> Optional.empty();
    };
  }
}
