package dev.fettle.models.config;

/** The architecture a {@code config.json} describes: one record per family of models. */
public sealed interface ModelConfig permits Gpt2Config, LlamaConfig, GptNeoxConfig {

  /** The {@code model_type}: {@code gpt2}, {@code llama}, {@code mistral}, ... */
  String modelType();

  /** How transformers' classes begin: {@code Llama} as in {@code LlamaForCausalLM}. */
  String transformersName();

  /** All sizes. */
  Dimensions dims();

  /** Special tokens. */
  SpecialTokenIds ids();

  /** The feed-forward layer's activation. */
  Activation activation();

  /** Whether the head shares the embedding's weights. */
  boolean tied();

  /** Standard deviation of fresh weights. */
  double initializerRange();
}
