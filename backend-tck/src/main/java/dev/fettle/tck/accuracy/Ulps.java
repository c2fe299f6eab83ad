package dev.fettle.tck.accuracy;

import dev.fettle.spi.HostTensor;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * How far a function is off.
 *
 * @param worst the largest error, in units in the last place of F32
 * @param mean the mean error
 * @param at the operands where it is worst, for people
 */
public record Ulps(double worst, double mean, String at) {
  /**
   * Numbers below about 1e-27 count as if they were of this size: on the way to them a backend may
   * meet subnormal numbers, which most take for zero.
   */
  private static final double TINY = 0x1p-90;

  /**
   * Counts the errors of a tensor.
   *
   * @param actual the backend's elements, F32
   * @param exact the true ones, F64
   * @param scale what each is measured against, if not itself
   * @param operands what they were computed from
   */
  public static Ulps of(
      HostTensor actual, HostTensor exact, Optional<HostTensor> scale, List<HostTensor> operands) {
    double worst = -1;
    double sum = 0;
    long worstAt = 0;
    long n = exact.elements();
    for (long i = 0; i < n; i++) {
      double error = error(actual.get(i), exact.get(i), scale.isEmpty() ? 0 : scale.get().get(i));
      sum += error;
      if (error > worst) {
        worst = error;
        worstAt = i;
      }
    }
    StringBuilder at = new StringBuilder("element " + worstAt);
    for (HostTensor t : operands) {
      if (t.elements() == n) {
        at.append(", ").append((float) t.get(worstAt));
      }
    }
    return new Ulps(worst, sum / n, at.toString());
  }

  /**
   * The error of one element in units in the last place of {@code max(|exact|, scale)}. Where that
   * is no finite F32 nothing is asked.
   */
  static double error(double actual, double exact, double scale) {
    double size = Math.max(Math.abs(exact), Math.abs(scale));
    if (Double.isNaN(size) || size > Float.MAX_VALUE) {
      return 0;
    }
    if (!Double.isFinite(actual)) {
      return Double.POSITIVE_INFINITY;
    }
    double unit = Math.ulp((float) Math.max(size, TINY));
    return Math.abs(actual - exact) / unit;
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%.2f ulp at %s (mean %.3f)", worst, at, mean);
  }
}
