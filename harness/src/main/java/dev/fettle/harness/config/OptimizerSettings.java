package dev.fettle.harness.config;

import dev.fettle.optim.AdamWOptimizer;
import dev.fettle.optim.DecayedParameters;
import dev.fettle.optim.Optimizer;
import dev.fettle.optim.ScheduleSettings;
import dev.fettle.optim.SgdOptimizer;
import dev.fettle.optim.Warmup;

/**
 * Section {@code optimizer}.
 *
 * @param rule how parameters follow gradients
 * @param learningRate the rate the schedule scales; default 2e-5
 * @param weightDecay default 0
 * @param weightDecayOn which parameters decay: {@code matrices}, the default, or {@code all}
 * @param clipNorm the largest global gradient norm; default 1, 0 for no clipping
 * @param schedule of the learning rate; default {@code linear} without warm-up
 */
public record OptimizerSettings(
    Rule rule,
    double learningRate,
    double weightDecay,
    DecayedParameters weightDecayOn,
    double clipNorm,
    ScheduleSettings schedule) {

  /** The key {@code type} with the settings only it has. */
  public sealed interface Rule {}

  /**
   * Type {@code adamw}.
   *
   * @param beta1 decay of the first moment; default 0.9
   * @param beta2 decay of the second moment; default 0.999
   * @param epsilon added to the denominator; default 1e-8
   */
  public record AdamW(double beta1, double beta2, double epsilon) implements Rule {
    /** Torch's defaults. */
    public static final AdamW DEFAULT = new AdamW(0.9, 0.999, 1e-8);
  }

  /**
   * Type {@code sgd}.
   *
   * @param momentum decay of the velocity; default 0
   */
  public record Sgd(double momentum) implements Rule {}

  /** The defaults. */
  public static final OptimizerSettings DEFAULT =
      new OptimizerSettings(
          AdamW.DEFAULT,
          2e-5,
          0,
          DecayedParameters.MATRICES,
          1,
          ScheduleSettings.of("linear", Warmup.NONE));

  /** The optimizer these settings describe. */
  public Optimizer toOptimizer() {
    if (rule instanceof AdamW a) {
      return new AdamWOptimizer(a.beta1(), a.beta2(), a.epsilon(), weightDecay, weightDecayOn);
    }
    return new SgdOptimizer(((Sgd) rule).momentum(), weightDecay, weightDecayOn);
  }
}
