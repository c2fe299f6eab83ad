package dev.fettle.train;

import dev.fettle.optim.Optimizer;
import java.util.function.BooleanSupplier;

/**
 * How steps are taken, whatever is trained.
 *
 * @param optimizer the update rule
 * @param clipNorm the largest global gradient norm; 0 for no clipping
 * @param hook takes part in each step
 * @param stopRequested asked before each micro-batch of an evaluation
 */
public record StepperOptions(
    Optimizer optimizer, double clipNorm, StepHook hook, BooleanSupplier stopRequested) {

  /** Steps in which a hook takes part. */
  public StepperOptions(Optimizer optimizer, double clipNorm, StepHook hook) {
    this(optimizer, clipNorm, hook, () -> false);
  }

  /** Steps of a worker alone. */
  public static StepperOptions of(Optimizer optimizer, double clipNorm) {
    return new StepperOptions(optimizer, clipNorm, StepHook.NONE);
  }

  /** The same with a hook that takes part in each step. */
  public StepperOptions with(StepHook other) {
    return new StepperOptions(optimizer, clipNorm, other, stopRequested);
  }

  /** The same with evaluations cut short when asked to. */
  public StepperOptions stoppingWhen(BooleanSupplier requested) {
    return new StepperOptions(optimizer, clipNorm, hook, requested);
  }
}
