package dev.fettle.algorithm;

import dev.fettle.models.nn.ParameterSpec;
import dev.fettle.train.LearningRates;
import java.util.OptionalDouble;
import java.util.function.Predicate;

/**
 * A learning rate that some parameters have instead of {@code optimizer.learningRate}; it follows
 * the same schedule.
 *
 * @param of whose it is
 * @param rate at its highest; empty for none of their own
 */
public record OwnRate(Predicate<ParameterSpec> of, OptionalDouble rate) {
  /** All learn alike. */
  public static final OwnRate NONE = new OwnRate(p -> false, OptionalDouble.empty());

  /** Beside the rate of all others. */
  public LearningRates against(double common) {
    return rate.isPresent()
        ? new LearningRates(of, rate.getAsDouble() / common)
        : LearningRates.ONE;
  }
}
