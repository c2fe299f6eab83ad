package dev.fettle.algorithm.rl.estimate;

/**
 * A coefficient that is raised while the policy is farther from the reference than wanted, and
 * lowered while it is nearer (Ziegler et al. 2019, 1909.08593, 2.2; TRL's and verl's {@code
 * AdaptiveKLController}): times {@code 1 + e n / horizon}, where {@code e = kl / target - 1}, no
 * farther from 0 than 0.2.
 *
 * @param target the distance wanted, in nats
 * @param horizon how many answers it takes to change the coefficient by the whole error. More than
 *     that at once count as that many: the factor would otherwise fall below 0, and reward distance
 */
public record AdaptiveKl(double coefficient, double target, double horizon)
    implements KlController {
  private static final double MOST = 0.2;

  /** Checks the ranges. */
  public AdaptiveKl {
    if (!(target > 0)) {
      throw new IllegalArgumentException("the target must be above 0, not " + target);
    }
    if (!(horizon > 0)) {
      throw new IllegalArgumentException("the horizon must be above 0, not " + horizon);
    }
  }

  /** A distance of NaN, as of no answer at all, changes nothing. */
  @Override
  public AdaptiveKl after(double kl, long samples) {
    if (Double.isNaN(kl)) {
      return this;
    }
    double error = Math.max(-MOST, Math.min(MOST, kl / target - 1));
    double factor = 1 + error * Math.min(1, samples / horizon);
    return new AdaptiveKl(coefficient * factor, target, horizon);
  }
}
