package dev.fettle.models;

import dev.fettle.ir.Value;
import dev.fettle.models.nn.ModelScope;
import dev.fettle.models.nn.TokenInputs;
import dev.fettle.spi.HostTensor;
import java.util.Map;

/**
 * The architecture of a causal language model: writes itself into a program, holds no weights.
 * Immutable; one instance serves training, scoring and generation.
 */
public interface LanguageModel {

  /** What the outside must know of it. */
  ModelShape shape();

  /** What its parameters are called where their own names do not say. */
  ModelNames names();

  /**
   * Appends the body.
   *
   * @return the hidden states after the final norm, {@code [tokens, embed]}
   */
  Value hidden(ModelScope scope, TokenInputs tokens);

  /**
   * The weight of next-token logits, {@code [vocab, embed]}; the embedding itself where tied. A
   * policy without such logits never asks for it.
   */
  Value head(ModelScope scope);

  /** The tables the body looks up, by name, as rotary cosines and sines. */
  Map<String, HostTensor> tables();

  /**
   * Whether what a token becomes depends on how long its sequence is, as with some rotary angles.
   * Then a prompt read for several completions at once is not the prompt of each.
   */
  default boolean dependsOnLength() {
    return false;
  }

  /**
   * The tensors of the inputs that the body declares beside the token ids and positions. Most
   * models have none; those whose rotary angles depend on the length of a sequence do. Whoever runs
   * a program over a model adds these to what the batch gives.
   *
   * @param batch the tensors of {@link TokenInputs#tensors}, among others
   */
  default Map<String, HostTensor> inputs(Map<String, HostTensor> batch) {
    return Map.of();
  }
}
