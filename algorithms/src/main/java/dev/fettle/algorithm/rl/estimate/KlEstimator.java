package dev.fettle.algorithm.rl.estimate;

/**
 * Estimates of {@code KL(pi || pi_ref)} from one token that {@code pi} drew, by {@code x = log pi -
 * log pi_ref} of it (Schulman 2020, Approximating KL Divergence). The names are those of the
 * configuration.
 */
public enum KlEstimator {
  /** {@code x}: without bias, of either sign. */
  K1 {
    @Override
    public double of(double logRatio) {
      return logRatio;
    }
  },
  /** {@code x^2 / 2}: never negative, with little bias where the two are near each other. */
  K2 {
    @Override
    public double of(double logRatio) {
      return 0.5 * logRatio * logRatio;
    }
  },
  /** {@code e^-x - 1 + x}: without bias and never negative. */
  K3 {
    @Override
    public double of(double logRatio) {
      // Rounding may leave expm1 an ulp below -x.
      return Math.max(0, Math.expm1(-logRatio) + logRatio);
    }
  };

  /**
   * The estimate of one token.
   *
   * @param logRatio {@code log pi - log pi_ref} of the token, in nats
   */
  public abstract double of(double logRatio);
}
