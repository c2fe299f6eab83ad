package dev.fettle.algorithm.rl.estimate;

/**
 * Mean and spread of all numbers of some rows, without those that are NaN.
 *
 * @param mean 0 where there is no number
 * @param squares the sum of squared distances from the mean
 * @param count of the numbers
 */
record Spread(double mean, double squares, long count) {

  static Spread of(double[]... rows) {
    long count = 0;
    double sum = 0;
    double least = Double.POSITIVE_INFINITY;
    double most = Double.NEGATIVE_INFINITY;
    for (double[] row : rows) {
      for (double x : row) {
        if (!Double.isNaN(x)) {
          count++;
          sum += x;
          least = Math.min(least, x);
          most = Math.max(most, x);
        }
      }
    }
    if (count == 0) {
      return new Spread(0, 0, 0);
    }
    // Of equal numbers the mean is that number exactly, which no sum promises.
    return least == most ? new Spread(least, 0, count) : around(sum / count, count, rows);
  }

  private static Spread around(double mean, long count, double[][] rows) {
    double squares = 0;
    for (double[] row : rows) {
      for (double x : row) {
        if (!Double.isNaN(x)) {
          squares += (x - mean) * (x - mean);
        }
      }
    }
    return new Spread(mean, squares, count);
  }

  /** Of the population; 0 where there is no number. */
  double variance() {
    return count == 0 ? 0 : squares / count;
  }

  /** By one fewer than there are; 0 below two numbers. */
  double sampleVariance() {
    return count < 2 ? 0 : squares / (count - 1);
  }
}
