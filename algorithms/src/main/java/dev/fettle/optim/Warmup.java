package dev.fettle.optim;

/**
 * How long the learning rate rises before the schedule proper begins: a number of optimizer steps,
 * or a share of the run.
 *
 * @param steps the steps, where {@code ratio} is zero
 * @param ratio the share of all steps, in [0, 1); zero where {@code steps} counts
 */
public record Warmup(long steps, double ratio) {

  /** No warm-up: the first step already has the full rate, or what the schedule says. */
  public static final Warmup NONE = new Warmup(0, 0);

  /** Checks the ranges; at most one of the two may be set. */
  public Warmup {
    if (steps < 0) {
      throw new IllegalArgumentException("warm-up steps must not be negative, got " + steps);
    }
    if (!(ratio >= 0 && ratio < 1)) {
      throw new IllegalArgumentException("the warm-up ratio must be in [0, 1), got " + ratio);
    }
    if (steps > 0 && ratio > 0) {
      throw new IllegalArgumentException(
          "give warm-up steps or a warm-up ratio, not both: " + steps + " and " + ratio);
    }
  }

  /** A warm-up of so many steps. */
  public static Warmup ofSteps(long steps) {
    return new Warmup(steps, 0);
  }

  /** A warm-up of a share of the run, rounded up to whole steps. */
  public static Warmup ofRatio(double ratio) {
    return new Warmup(0, ratio);
  }

  /** The steps of warm-up in a run of {@code total} steps. */
  public long resolve(long total) {
    return ratio > 0 ? (long) Math.ceil(total * ratio) : steps;
  }
}
