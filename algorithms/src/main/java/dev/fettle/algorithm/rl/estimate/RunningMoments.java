package dev.fettle.algorithm.rl.estimate;

/**
 * Mean and deviation of all numbers seen so far (Chan et al. 1979; TRL's {@code RunningMoments}):
 * what rewards are normalised by.
 *
 * @param mean 0 before the first
 * @param squares the sum of squared distances from the mean
 * @param count of the numbers
 */
public record RunningMoments(double mean, double squares, double count) {
  /** Of nothing yet. */
  public static final RunningMoments NONE = new RunningMoments(0, 0, 0);

  /** These and more; NaN is skipped. */
  public RunningMoments plus(double[] values) {
    Spread more = Spread.of(values);
    if (more.count() == 0) {
      return this;
    }
    double total = count + more.count();
    double apart = more.mean() - mean;
    return new RunningMoments(
        mean + apart * more.count() / total,
        squares + more.squares() + apart * apart * count * more.count() / total,
        total);
  }

  /** By one fewer than there are; 0 below two numbers. */
  public double deviation() {
    return count < 2 ? 0 : Math.sqrt(squares / (count - 1));
  }

  /**
   * A number in deviations; NaN for NaN. While all numbers so far are alike, it is 0 where the mean
   * is taken off, and stays as it is where not.
   *
   * @param shift whether the mean is taken off first
   */
  public double normalised(double value, boolean shift) {
    double deviation = deviation();
    double distance = shift ? value - mean : value;
    if (deviation == 0) {
      return shift ? distance * 0 : distance;
    }
    return distance / deviation;
  }
}
