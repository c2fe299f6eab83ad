package dev.fettle.models.config;

/**
 * GPT-NeoX and Pythia (Black et al., 2022).
 *
 * @param rope rotates only the first {@code rope.rotaryDim()} elements of each head
 * @param layerNormEps added to the variance
 * @param parallelResidual whether attention and feed-forward both read the block's input
 * @param attentionBias whether {@code query_key_value} and {@code dense} have biases
 */
public record GptNeoxConfig(
    Dimensions dims,
    SpecialTokenIds ids,
    RopeConfig rope,
    Activation activation,
    double layerNormEps,
    boolean parallelResidual,
    boolean attentionBias,
    boolean tied,
    double initializerRange)
    implements ModelConfig {

  @Override
  public String modelType() {
    return "gpt_neox";
  }

  @Override
  public String transformersName() {
    return "GPTNeoX";
  }

  static GptNeoxConfig from(ConfigKeys keys) {
    int hidden = keys.size("hidden_size");
    int heads = keys.size("num_attention_heads");
    if (hidden % heads != 0) {
      throw keys.problem(
          "hidden_size",
          "must be a multiple of num_attention_heads = " + heads + ", not " + hidden);
    }
    Dimensions dims =
        SizeLimits.check(
            keys,
            new Dimensions(
                keys.size("vocab_size"),
                hidden,
                keys.size("intermediate_size"),
                keys.size("num_hidden_layers"),
                heads,
                heads,
                hidden / heads,
                keys.sizeOr("max_position_embeddings", 2048)));
    return new GptNeoxConfig(
        dims,
        keys.specialTokens(0, 2),
        RopeKeys.gptNeox(keys, dims),
        keys.activation("hidden_act", "gelu"),
        keys.number("layer_norm_eps", 1e-5),
        keys.flag("use_parallel_residual", true),
        keys.flag("attention_bias", true),
        keys.flag("tie_word_embeddings", false),
        keys.number("initializer_range", 0.02));
  }
}
