package dev.fettle.models.head;

/**
 * Where the rewards of a model lie, so that they can be counted in deviations from their mean:
 * those of different models, or of two trainings of one, are then of one size.
 *
 * @param mean of the rewards it was measured on
 * @param std their standard deviation, above 0
 */
public record RewardScale(double mean, double std) {

  /** Checks that it is a scale. */
  public RewardScale {
    if (!Double.isFinite(mean) || !Double.isFinite(std) || std <= 0) {
      throw new IllegalArgumentException(
          "rewards with a mean of " + mean + " and a deviation of " + std + " have no scale");
    }
  }

  /** A reward on this scale. */
  public double of(double reward) {
    return (reward - mean) / std;
  }
}
