package dev.fettle.models.config;

import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Llama and the models built like it: Mistral, Qwen2, Qwen3.
 *
 * @param rmsNormEps added to the mean square
 * @param biases which projections have biases
 * @param qkNorm whether queries and keys pass an RMS norm per head (Qwen3)
 * @param slidingWindow local attention, where it is in use
 */
public record LlamaConfig(
    Family family,
    Dimensions dims,
    SpecialTokenIds ids,
    RopeConfig rope,
    Activation activation,
    double rmsNormEps,
    Biases biases,
    boolean qkNorm,
    Optional<SlidingWindow> slidingWindow,
    boolean tied,
    double initializerRange)
    implements ModelConfig {

  /** Who made it; each fixes some choices that others configure. */
  public enum Family {
    /** Llama 1 to 3. */
    LLAMA,
    /** Mistral 7B and its like. */
    MISTRAL,
    /** Qwen2 and Qwen2.5. */
    QWEN2,
    /** Qwen3, dense. */
    QWEN3
  }

  /**
   * Which projections have biases.
   *
   * @param qkv queries, keys and values
   * @param output {@code o_proj}
   * @param mlp gate, up and down
   */
  public record Biases(boolean qkv, boolean output, boolean mlp) {}

  @Override
  public String modelType() {
    return family.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public String transformersName() {
    return switch (family) {
      case LLAMA -> "Llama";
      case MISTRAL -> "Mistral";
      case QWEN2 -> "Qwen2";
      case QWEN3 -> "Qwen3";
    };
  }

  /** The attention window of a zero-based layer, empty where it attends to all before. */
  public OptionalInt windowOf(int layer) {
    return slidingWindow.isPresent() && slidingWindow.get().layers().contains(layer)
        ? OptionalInt.of(slidingWindow.get().size())
        : OptionalInt.empty();
  }

  static LlamaConfig from(Family family, ConfigKeys keys) {
    Dimensions dims = LlamaKeys.dimensions(family, keys);
    boolean qwen = family == Family.QWEN2 || family == Family.QWEN3;
    return new LlamaConfig(
        family,
        dims,
        qwen ? keys.specialTokens(null, null) : keys.specialTokens(1, 2),
        RopeKeys.llama(keys, dims),
        keys.activation("hidden_act", "silu"),
        keys.number("rms_norm_eps", 1e-6),
        LlamaKeys.biases(family, keys),
        family == Family.QWEN3,
        LlamaKeys.slidingWindow(family, keys, dims.layers()),
        keys.flag("tie_word_embeddings", false),
        keys.number("initializer_range", 0.02));
  }
}
