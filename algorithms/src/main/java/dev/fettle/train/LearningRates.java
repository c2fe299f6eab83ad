package dev.fettle.train;

import dev.fettle.models.nn.ParameterSpec;
import java.util.function.Predicate;

/**
 * Learning rates of a run: one for all, and perhaps another for some parameters, as a critic's.
 * Both follow the same schedule.
 *
 * @param others the parameters that learn at the other rate
 * @param share of the common rate that theirs is
 */
public record LearningRates(Predicate<ParameterSpec> others, double share) {
  /** One for all. */
  public static final LearningRates ONE = new LearningRates(p -> false, 1);

  /** Checks that it is a rate. */
  public LearningRates {
    if (!Double.isFinite(share) || share < 0) {
      throw new IllegalArgumentException("a learning rate cannot be " + share + " of another");
    }
  }
}
