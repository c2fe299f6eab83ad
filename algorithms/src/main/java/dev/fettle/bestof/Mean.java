package dev.fettle.bestof;

/**
 * A mean over prompts, and where the true one lies with a confidence of 95 %: {@code mean ± 1.96 s
 * / sqrt(count)}, which holds for many prompts.
 *
 * @param mean NaN of none
 * @param low end of the interval; NaN of fewer than two
 * @param high end of the interval
 * @param count prompts it is of
 */
public record Mean(double mean, double low, double high, long count) {
  private static final double NORMAL = 1.959963984540054;

  /** Welford's running mean and sum of squares. */
  static final class Running {
    private long count;
    private double mean;
    private double squares;

    void add(double value) {
      double from = value - mean;
      mean += from / ++count;
      squares += from * (value - mean);
    }

    Mean mean() {
      if (count == 0) {
        return new Mean(Double.NaN, Double.NaN, Double.NaN, 0);
      }
      if (count == 1) {
        return new Mean(mean, Double.NaN, Double.NaN, 1);
      }
      double half = NORMAL * Math.sqrt(squares / (count - 1) / count);
      return new Mean(mean, mean - half, mean + half, count);
    }
  }
}
