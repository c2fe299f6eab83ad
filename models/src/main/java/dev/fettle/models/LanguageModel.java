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

  /**
   * Appends the body.
   *
   * @return the hidden states after the final norm, {@code [tokens, embed]}
   */
  Value hidden(ModelScope scope, TokenInputs tokens);

  /** The weight of the output head, {@code [vocab, embed]}; the embedding itself where tied. */
  Value head(ModelScope scope);

  /** The tables the body looks up, by name, as rotary cosines and sines. */
  Map<String, HostTensor> tables();
}
