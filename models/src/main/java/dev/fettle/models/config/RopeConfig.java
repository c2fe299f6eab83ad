package dev.fettle.models.config;

/**
 * Rotary position embedding of one model.
 *
 * @param theta the base of the wavelengths ({@code rope_theta})
 * @param dim the width the frequencies are computed for, {@code int(headDim * partial factor)}
 * @param maxPositions {@code max_position_embeddings}
 * @param scaling how the frequencies are stretched beyond the pretraining length
 */
public record RopeConfig(double theta, int dim, int maxPositions, RopeScaling scaling) {

  /** How many leading elements of a head are rotated: {@code dim}, rounded up to even. */
  public int rotaryDim() {
    return dim + (dim & 1);
  }
}
