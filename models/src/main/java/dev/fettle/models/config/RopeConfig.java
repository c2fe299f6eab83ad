package dev.fettle.models.config;

/**
 * Rotary position embedding of one model.
 *
 * @param theta the base of the wavelengths ({@code rope_theta})
 * @param dim the width the frequencies are computed for, {@code int(headDim * partial factor)}
 * @param maxPositions {@code max_position_embeddings}
 * @param reach positions the scaling serves, where {@code maxPositions} was left at the length of
 *     pretraining: that is how Qwen2.5's YaRN is switched on, and the only way dynamic scaling is
 * @param scaling how the frequencies are stretched beyond the pretraining length
 */
public record RopeConfig(double theta, int dim, int maxPositions, int reach, RopeScaling scaling) {

  /** One that reaches as far as the model was made for. */
  public RopeConfig(double theta, int dim, int maxPositions, RopeScaling scaling) {
    this(theta, dim, maxPositions, maxPositions, scaling);
  }

  /** How many leading elements of a head are rotated: {@code dim}, rounded up to even. */
  public int rotaryDim() {
    return dim + (dim & 1);
  }
}
