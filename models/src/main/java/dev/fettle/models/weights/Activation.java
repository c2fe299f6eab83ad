package dev.fettle.models.weights;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Activation functions, under the names transformers gives them. */
public enum Activation {
  /** {@code x * logistic(x)}. */
  SILU("silu", "swish"),
  /** {@code x * Phi(x)}, exact. */
  GELU("gelu", "gelu_python"),
  /** The tanh approximation; transformers has it under five names. */
  GELU_TANH("gelu_new", "gelu_pytorch_tanh", "gelu_python_tanh", "gelu_fast", "gelu_accurate"),
  /** {@code max(x, 0)}. */
  RELU("relu");

  private final List<String> names;

  Activation(String... names) {
    this.names = List.of(names);
  }

  /** The activation of a name in {@code config.json}. */
  static Optional<Activation> named(String name) {
    return Arrays.stream(values()).filter(a -> a.names.contains(name)).findFirst();
  }

  /** Every name that is understood, for messages. */
  static List<String> allNames() {
    return Arrays.stream(values()).flatMap(a -> a.names.stream()).toList();
  }
}
