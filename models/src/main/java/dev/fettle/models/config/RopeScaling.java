package dev.fettle.models.config;

import java.util.List;

/** The RoPE variants of transformers ({@code rope_type}), with every default resolved. */
public sealed interface RopeScaling {

  /** Frequencies as they are (Su et al., 2021). */
  record Default() implements RopeScaling {}

  /** Every frequency divided by {@code factor} (Chen et al., 2023). */
  record Linear(double factor) implements RopeScaling {}

  /** NTK-aware: the base grows with the length beyond {@code max_position_embeddings}. */
  record Dynamic(double factor) implements RopeScaling {}

  /** Llama 3.1: long wavelengths stretched, short ones kept, a ramp between. */
  record Llama3(
      double factor, double lowFreqFactor, double highFreqFactor, int originalMaxPositions)
      implements RopeScaling {}

  /**
   * YaRN (Peng et al., 2023).
   *
   * @param attentionFactor multiplies cos and sin
   * @param truncate whether the ramp's ends are rounded to whole dimensions
   */
  record Yarn(
      double factor,
      double attentionFactor,
      double betaFast,
      double betaSlow,
      int originalMaxPositions,
      boolean truncate)
      implements RopeScaling {}

  /**
   * LongRoPE (Ding et al., 2024): a divisor per frequency, one set up to the original length and
   * one beyond.
   *
   * @param attentionFactor multiplies cos and sin
   */
  record LongRope(
      List<Double> shortFactor,
      List<Double> longFactor,
      double attentionFactor,
      int originalMaxPositions)
      implements RopeScaling {}
}
