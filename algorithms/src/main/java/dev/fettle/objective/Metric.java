package dev.fettle.objective;

import dev.fettle.ir.Value;
import org.jspecify.annotations.Nullable;

/**
 * A scalar that an objective measures, and how those of several micro-batches become one.
 *
 * @param name as it is logged
 * @param value a scalar F32
 * @param weight what the values' sum is divided by, a scalar F32, for {@link
 *     Combine#RATIO_OF_SUMS}; else null
 * @param combine over micro-batches
 */
public record Metric(String name, Value value, @Nullable Value weight, Combine combine) {

  /** How the values of micro-batches are put together. */
  public enum Combine {
    /** Parts of a mean, already divided by a normalizer of the whole step: added up. */
    SUM,
    /** The sum of the values divided by the sum of their own weights; NaN where all weigh 0. */
    RATIO_OF_SUMS,
    /** The largest. */
    MAX,
    /** The smallest. */
    MIN
  }

  /** Checks that there is a weight just where one is needed. */
  public Metric {
    if ((weight != null) != (combine == Combine.RATIO_OF_SUMS)) {
      throw new IllegalArgumentException("metric " + name + ": " + combine + " has its own weight");
    }
  }

  /** A part of a mean over the whole step. */
  public static Metric sum(String name, Value part) {
    return new Metric(name, part, null, Combine.SUM);
  }

  /** A mean with a weight of its own, as over pairs beside a loss over tokens. */
  public static Metric ratio(String name, Value sum, Value weight) {
    return new Metric(name, sum, weight, Combine.RATIO_OF_SUMS);
  }

  /** The largest of all. */
  public static Metric max(String name, Value value) {
    return new Metric(name, value, null, Combine.MAX);
  }

  /** The smallest of all. */
  public static Metric min(String name, Value value) {
    return new Metric(name, value, null, Combine.MIN);
  }

  /** The name of the output that carries the weight. */
  public String weightName() {
    return name + "_weight";
  }
}
