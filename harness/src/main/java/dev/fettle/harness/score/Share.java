package dev.fettle.harness.score;

/**
 * A share that was counted.
 *
 * @param count how many have what is counted
 * @param of how many there are
 */
public record Share(long count, long of) {
  /** The normal distribution's quantile at 97.5 %. */
  private static final double Z = 1.959963984540054;

  /** The share; NaN of none. */
  public double value() {
    return (double) count / of;
  }

  /** Where Wilson's interval of 95 % begins (1927). */
  public double low() {
    return Math.max(0, centre() - half());
  }

  /** Where it ends. */
  public double high() {
    return Math.min(1, centre() + half());
  }

  private double centre() {
    return (value() + Z * Z / (2 * of)) / (1 + Z * Z / of);
  }

  private double half() {
    double spread = value() * (1 - value()) / of + Z * Z / (4.0 * of * of);
    return Z * Math.sqrt(spread) / (1 + Z * Z / of);
  }
}
