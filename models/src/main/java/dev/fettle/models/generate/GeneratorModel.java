package dev.fettle.models.generate;

import dev.fettle.ir.op.Linalg.Precision;
import dev.fettle.models.LanguageModel;
import dev.fettle.models.PolicySpec;

/**
 * What a generator runs.
 *
 * @param spec what the policy is made of; next-token logits are among its heads
 * @param precision of the matrix products
 */
public record GeneratorModel(PolicySpec spec, Precision precision) {

  /** The architecture. */
  LanguageModel body() {
    return spec.body();
  }
}
