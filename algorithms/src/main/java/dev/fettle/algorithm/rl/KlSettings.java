package dev.fettle.algorithm.rl;

import dev.fettle.algorithm.rl.estimate.AdaptiveKl;
import dev.fettle.algorithm.rl.estimate.FixedKl;
import dev.fettle.algorithm.rl.estimate.KlController;
import dev.fettle.algorithm.rl.estimate.KlEstimator;
import dev.fettle.settings.Choices;
import dev.fettle.settings.Key;
import dev.fettle.settings.Keys;
import dev.fettle.settings.Range;
import java.util.Optional;

/**
 * What keeps a policy near its reference. Divergences are in nats, summed over an answer's tokens.
 *
 * @param coefficient what the divergence costs
 * @param estimator of it, by token
 * @param place where it is counted
 * @param target a divergence that the coefficient is steered towards
 * @param horizon answers after which it has moved by a whole error
 * @param passLimit divergence from the policy that sampled, by token, above which the rest of a
 *     rollout's passes are left out
 * @param stopAbove divergence above which the run is over
 * @param measured whether it is measured where it costs nothing
 */
public record KlSettings(
    double coefficient,
    KlEstimator estimator,
    Place place,
    Optional<Double> target,
    double horizon,
    Optional<Double> passLimit,
    Optional<Double> stopAbove,
    boolean measured) {

  /** Where a divergence is counted. */
  public enum Place {
    /** Taken from the reward, token by token. */
    REWARD,
    /** Added to the loss. */
    LOSS
  }

  private static final double HORIZON = 10_000;

  /** A coefficient that stays as it is. */
  public static KlSettings of(double coefficient, KlEstimator estimator, Place place) {
    return new KlSettings(
        coefficient,
        estimator,
        place,
        Optional.empty(),
        HORIZON,
        Optional.empty(),
        Optional.empty(),
        coefficient > 0);
  }

  /** The keys of an algorithm that has these where nothing is said. */
  public static Keys<KlSettings> keys(KlSettings otherwise) {
    return Keys.of(
            KlSettings.class,
            Key.number("coefficient", Range.atLeast(0), "what a nat of divergence costs")
                .otherwise(otherwise.coefficient())
                .also("beta", "kl_coef", "init_kl_coef", "init_kl_coeff", "kl_loss_coef"),
            Key.choice(
                    "estimator",
                    Choices.of("k1", KlEstimator.K1)
                        .or("k2", KlEstimator.K2)
                        .or("k3", KlEstimator.K3),
                    "with `x = log p - log p_ref` of a sampled token: `k1`: x; `k2`: x^2 / 2; `k3`:"
                        + " e^-x - 1 + x")
                .otherwise(otherwise.estimator())
                .also("kl_estimator", "kl_penalty", "kl_loss_type"),
            Key.choice(
                    "place",
                    Choices.of("reward", Place.REWARD).or("loss", Place.LOSS),
                    "`reward`: taken from the reward, token by token; `loss`: added to the loss")
                .otherwise(otherwise.place()),
            Key.number(
                    "target",
                    Range.above(0),
                    "divergence of an answer that the coefficient is steered towards (Ziegler et"
                        + " al., 2019)")
                .optional("the coefficient is fixed")
                .also("kl_target"),
            Key.number(
                    "horizon",
                    Range.above(0),
                    "of `target`: answers after which the coefficient has moved by a whole error")
                .otherwise(otherwise.horizon())
                .also("kl_horizon"),
            Key.number(
                    "passLimit",
                    Range.above(0),
                    "divergence by token from the policy that sampled, above which the remaining"
                        + " passes over a rollout are left out")
                .optional("none are")
                .also("target_kl"),
            Key.number(
                    "stopAbove", Range.above(0), "divergence of an answer above which the run ends")
                .optional("it goes on"),
            Key.flag("measured", "whether the divergence is measured where it costs nothing")
                .otherwise(otherwise.measured()))
        .rule(
            "coefficient",
            s -> s.target().isEmpty() || s.coefficient() > 0,
            s -> "is 0, and target can only multiply it; give it a first value");
  }

  /** Whether the reference is asked. */
  boolean isMeasured() {
    return measured || coefficient > 0 || stopAbove.isPresent();
  }

  /** The controller of a run that begins. */
  KlController controller() {
    return target
        .<KlController>map(t -> new AdaptiveKl(coefficient, t, horizon))
        .orElseGet(() -> new FixedKl(coefficient));
  }

  /** The same, that has come so far. */
  KlController controller(double now) {
    return target
        .<KlController>map(t -> new AdaptiveKl(now, t, horizon))
        .orElseGet(() -> new FixedKl(coefficient));
  }
}
