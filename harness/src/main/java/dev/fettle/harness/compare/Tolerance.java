package dev.fettle.harness.compare;

import dev.fettle.settings.ConfigException;

/**
 * How close the losses of two runs must stay.
 *
 * @param loss the largest difference at any step, absolute
 * @param meanLoss the largest mean of the differences over all steps, absolute
 */
public record Tolerance(double loss, double meanLoss) {

  /** What F32 backends keep over fifty steps. */
  public static final Tolerance DEFAULT = new Tolerance(2e-5, 2e-6);

  /** Checks the ranges. */
  public Tolerance {
    if (!(loss >= 0) || !(meanLoss >= 0)) {
      throw ConfigException.about(
          "tolerance", "must not be negative, got " + loss + " and " + meanLoss);
    }
  }
}
