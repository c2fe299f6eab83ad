package dev.fettle.algorithm.rl.estimate;

/**
 * Numbers brought to mean 0 and deviation 1 over all tokens of a batch together: {@code (x - mean)
 * / sqrt(variance + 1e-8)}.
 *
 * @param deviation by which count squares are divided
 * @param shiftMean whether the mean becomes 0; else it is added back, as for rewards, whose sign
 *     means something
 */
public record Whitening(Deviation deviation, boolean shiftMean) {
  private static final double FLOOR = 1e-8;

  /** How a variance is estimated. The names are those of the configuration. */
  public enum Deviation {
    /** By one fewer than there are, as TRL's and verl's {@code masked_whiten}. */
    SAMPLE {
      @Override
      double variance(Spread spread) {
        return spread.sampleVariance();
      }
    },
    /** By how many there are. */
    POPULATION {
      @Override
      double variance(Spread spread) {
        return spread.variance();
      }
    };

    abstract double variance(Spread spread);
  }

  /**
   * The same rows, whitened over all their numbers. Numbers without any spread, or a single one,
   * give 0, or their mean where that stays.
   *
   * @param values by answer and token, without NaN
   */
  public double[][] of(double[][] values) {
    Spread spread = Spread.of(values);
    double scale = 1 / Math.sqrt(deviation.variance(spread) + FLOOR);
    double kept = shiftMean ? 0 : spread.mean();
    double[][] whitened = new double[values.length][];
    for (int i = 0; i < values.length; i++) {
      whitened[i] = new double[values[i].length];
      for (int t = 0; t < values[i].length; t++) {
        whitened[i][t] = (values[i][t] - spread.mean()) * scale + kept;
      }
    }
    return whitened;
  }
}
