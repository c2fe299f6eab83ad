package dev.fettle.algorithm.rl.estimate;

/**
 * A baseline from the batches so far: an exponential moving average of their means whose start has
 * no bias. After {@code n} batches it weighs the one of {@code k} batches ago by {@code decay^k},
 * and all weights add up to 1: the first is its batch's mean.
 *
 * @param decay what a batch counts beside the one after it, in [0, 1]; at 1 all count alike
 */
public record MovingAverage(double decay) {

  /** Checks the range. */
  public MovingAverage {
    if (!(decay >= 0 && decay <= 1)) {
      throw new IllegalArgumentException("decay must be between 0 and 1, not " + decay);
    }
  }

  /**
   * The average with one batch more.
   *
   * @param average so far; not read where there was no batch yet
   * @param count of the batches in it
   * @param batchMean of the batch; where it is NaN, as of a batch without any score, the average
   *     stays as it is, and such a batch is not to be counted
   */
  public double next(double average, long count, double batchMean) {
    if (Double.isNaN(batchMean)) {
      return average;
    }
    if (count <= 0) {
      return batchMean;
    }
    return average + (batchMean - average) * weight(count);
  }

  /** Of the newest batch: {@code (1 - d) / (1 - d^(count + 1))}. */
  private double weight(long count) {
    if (decay == 1) {
      return 1.0 / (count + 1);
    }
    return (1 - decay) / -Math.expm1((count + 1) * Math.log(decay));
  }
}
