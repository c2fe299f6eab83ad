package dev.fettle.models.config;

/**
 * GPT-2 (Radford et al., 2019).
 *
 * @param layerNormEps added to the variance
 * @param scaleByHeadDim whether attention scores are divided by {@code sqrt(headDim)}
 * @param scaleByLayer whether they are divided by the one-based layer number as well
 */
public record Gpt2Config(
    Dimensions dims,
    SpecialTokenIds ids,
    Activation activation,
    double layerNormEps,
    boolean scaleByHeadDim,
    boolean scaleByLayer,
    boolean tied,
    double initializerRange)
    implements ModelConfig {

  @Override
  public String modelType() {
    return "gpt2";
  }

  @Override
  public String transformersName() {
    return "GPT2";
  }

  static Gpt2Config from(ConfigKeys keys) {
    int hidden = keys.size("n_embd", "hidden_size");
    int heads = keys.size("n_head", "num_attention_heads");
    if (hidden % heads != 0) {
      throw keys.problem("n_embd", "must be a multiple of n_head = " + heads + ", not " + hidden);
    }
    if (keys.flag("add_cross_attention", false)) {
      throw keys.problem("add_cross_attention", "true is not supported; use a decoder-only model");
    }
    Dimensions dims =
        SizeLimits.check(
            keys,
            new Dimensions(
                keys.size("vocab_size"),
                hidden,
                keys.sizeOr("n_inner", 4 * hidden),
                keys.size("n_layer", "num_hidden_layers"),
                heads,
                heads,
                hidden / heads,
                keys.sizeOr(keys.firstOf("n_positions", "max_position_embeddings"), 1024)));
    return new Gpt2Config(
        dims,
        keys.specialTokens(50256, 50256),
        keys.activation("activation_function", "gelu_new"),
        keys.number("layer_norm_epsilon", 1e-5),
        keys.flag("scale_attn_weights", true),
        keys.flag("scale_attn_by_inverse_layer_idx", false),
        keys.flag("tie_word_embeddings", true),
        keys.number("initializer_range", 0.02));
  }
}
