package dev.fettle.optim;

import dev.fettle.models.nn.ParameterSpec;

/** Which parameters weight decay applies to. */
public enum DecayedParameters {
  /** Matrices and embeddings, not biases and norms: what transformers' trainer does. */
  MATRICES,
  /** Every parameter: what a bare torch optimizer does. */
  ALL;

  /** True where the parameter decays. */
  public boolean includes(ParameterSpec parameter) {
    return this == ALL || parameter.type().rank() >= 2;
  }
}
