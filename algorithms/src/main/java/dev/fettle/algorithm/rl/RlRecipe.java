package dev.fettle.algorithm.rl;

import dev.fettle.algorithm.preference.HeldReference;
import dev.fettle.algorithm.rl.KlSettings.Place;
import dev.fettle.algorithm.rl.PolicyLoss.KlTerm;
import dev.fettle.algorithm.rl.PolicyLoss.Level;
import dev.fettle.algorithm.rl.PolicyLoss.Surrogate;
import dev.fettle.algorithm.rl.estimate.KlEstimator;
import dev.fettle.rollout.RolloutSettings;
import java.util.Optional;

/**
 * A policy gradient, put together of its parts: what the settings of A2C, PPO, GRPO, RLOO and
 * REINFORCE come to.
 *
 * @param sampling of answers
 * @param rewarding what they are worth
 * @param near what keeps the policy near its reference
 * @param learning what is learnt of them, and how
 * @param critic where there is one
 */
public record RlRecipe(
    RolloutSettings sampling,
    Rewarding rewarding,
    Near near,
    Learning learning,
    Optional<CriticSettings> critic) {

  /**
   * What keeps a policy near.
   *
   * @param reference {@link HeldReference#START}, a model directory, or {@link HeldReference#NONE}
   * @param kl the divergence from it
   * @param corrected whether a divergence in the loss is weighed by the ratio
   */
  public record Near(String reference, KlSettings kl, boolean corrected) {
    /**
     * Whether the divergence is in the loss to no purpose: the gradient of {@code log p}, over what
     * {@code p} draws, is 0 on average. Weighed by the ratio it is that of the divergence.
     */
    boolean isAimless() {
      return kl.place() == Place.LOSS
          && kl.coefficient() > 0
          && kl.estimator() == KlEstimator.K1
          && !corrected;
    }

    /** Whether a reference is asked at all. */
    boolean isAsked() {
      return !reference.equals(HeldReference.NONE) && kl.isMeasured();
    }
  }

  /**
   * What is learnt.
   *
   * @param advantages of tokens
   * @param whiten whether advantages are brought to a mean of 0 and a deviation of 1
   * @param surrogate how likelihoods meet them
   * @param aggregation over tokens
   * @param steps how often, and with what beside
   */
  public record Learning(
      Advantages advantages,
      boolean whiten,
      Surrogate surrogate,
      Aggregation aggregation,
      Steps steps) {}

  /**
   * How often a rollout is learnt.
   *
   * @param passes over it
   * @param entropy what the mean entropy counts
   */
  public record Steps(int passes, double entropy) {}

  /** What the critic values. */
  Level level() {
    return learning.advantages() instanceof Advantages.OverPrompt ? Level.PROMPT : Level.TOKEN;
  }

  /** What is minimised. */
  public PolicyLoss loss() {
    KlSettings kl = near.kl();
    Optional<KlTerm> term =
        kl.place() == Place.LOSS && kl.coefficient() > 0
            ? Optional.of(new KlTerm(kl.estimator(), near.corrected()))
            : Optional.empty();
    return new PolicyLoss(
        learning.surrogate(),
        learning.aggregation(),
        sampling.maxNewTokens(),
        learning.steps().entropy(),
        term,
        critic.map(c -> c.loss(level())),
        temperature());
  }

  /** At which answers are drawn; always the likeliest counts as the model itself. */
  double temperature() {
    return sampling.temperature() == 0 ? 1 : sampling.temperature();
  }
}
