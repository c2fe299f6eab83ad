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
 * @param rates where parameters have learning rates of their own
 */
public record StepperOptions(
    Optimizer optimizer,
    double clipNorm,
    StepHook hook,
    BooleanSupplier stopRequested,
    LearningRates rates) {

  /** Steps in which a hook takes part. */
  public StepperOptions(Optimizer optimizer, double clipNorm, StepHook hook) {
    this(optimizer, clipNorm, hook, () -> false, LearningRates.ONE);
  }

  /** Steps of a worker alone. */
  public static StepperOptions of(Optimizer optimizer, double clipNorm) {
    return new StepperOptions(optimizer, clipNorm, StepHook.NONE);
  }

  /** The same with a hook that takes part in each step. */
  public StepperOptions with(StepHook other) {
    return new StepperOptions(optimizer, clipNorm, other, stopRequested, rates);
  }

  /** The same with evaluations cut short when asked to. */
  public StepperOptions stoppingWhen(BooleanSupplier requested) {
    return new StepperOptions(optimizer, clipNorm, hook, requested, rates);
  }

  /** The same with learning rates of their own for some parameters. */
  public StepperOptions at(LearningRates others) {
    return new StepperOptions(optimizer, clipNorm, hook, stopRequested, others);
  }
}
