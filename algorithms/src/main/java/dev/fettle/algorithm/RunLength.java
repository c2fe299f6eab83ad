package dev.fettle.algorithm;

import java.util.OptionalLong;

/**
 * How long a run trains.
 *
 * @param steps optimizer steps in all, where they are given
 * @param epochs passes over the data otherwise
 */
public record RunLength(OptionalLong steps, double epochs) {

  /** Optimizer steps in all, at least one. */
  public long steps(long perEpoch) {
    return steps.orElseGet(() -> Math.max(1, (long) Math.ceil(epochs * perEpoch)));
  }
}
