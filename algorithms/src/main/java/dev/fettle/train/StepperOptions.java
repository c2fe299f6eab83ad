package dev.fettle.train;

import dev.fettle.optim.Optimizer;

/**
 * How steps are taken, whatever is trained.
 *
 * @param optimizer the update rule
 * @param clipNorm the largest global gradient norm; 0 for no clipping
 * @param hook takes part in each step
 */
public record StepperOptions(Optimizer optimizer, double clipNorm, StepHook hook) {

  /** Steps of a worker alone. */
  public static StepperOptions of(Optimizer optimizer, double clipNorm) {
    return new StepperOptions(optimizer, clipNorm, StepHook.NONE);
  }
}
