package dev.fettle.algorithm.reinforce;

import dev.fettle.algorithm.rl.Advantages;
import dev.fettle.algorithm.rl.Advantages.OfAnswer;
import dev.fettle.algorithm.rl.Aggregation;
import dev.fettle.algorithm.rl.KlSettings;
import dev.fettle.algorithm.rl.KlSettings.Place;
import dev.fettle.algorithm.rl.PolicyLoss.Surrogate;
import dev.fettle.algorithm.rl.Rewarding;
import dev.fettle.algorithm.rl.RlKeys;
import dev.fettle.algorithm.rl.RlRecipe;
import dev.fettle.algorithm.rl.RlRecipe.Learning;
import dev.fettle.algorithm.rl.RlRecipe.Near;
import dev.fettle.algorithm.rl.RlRecipe.Steps;
import dev.fettle.algorithm.rl.estimate.KlEstimator;
import dev.fettle.rollout.RolloutSettings;
import dev.fettle.settings.AlgorithmSettings;
import dev.fettle.settings.Key;
import dev.fettle.settings.Keys;
import dev.fettle.settings.Range;
import java.util.Optional;

/**
 * REINFORCE (Williams, 1992): one step on each rollout, {@code -(R - b) log p} of whole answers.
 *
 * @param sampling of answers
 * @param rewarding what they are worth
 * @param reference what the policy is kept near
 * @param kl how near
 * @param baseline what rewards are held against
 * @param baselineDecay of a moving average
 * @param whitenAdvantages whether advantages are whitened, as REINFORCE++ does
 * @param entropyCoefficient of the entropy bonus
 */
public record ReinforceSettings(
    RolloutSettings sampling,
    Rewarding rewarding,
    String reference,
    KlSettings kl,
    Baseline baseline,
    double baselineDecay,
    boolean whitenAdvantages,
    double entropyCoefficient)
    implements AlgorithmSettings {
  /** The name in a configuration. */
  public static final String TYPE = "reinforce";

  /** What rewards are held against. */
  public enum Baseline {
    /** Nothing. */
    NONE,
    /** The mean of the rollouts before. */
    MOVING_AVERAGE,
    /** The mean of the prompt's other answers. */
    LEAVE_ONE_OUT,
    /** The mean of the prompt's answers. */
    GROUP_MEAN;

    private boolean compares() {
      return this == LEAVE_ONE_OUT || this == GROUP_MEAN;
    }
  }

  /** Its keys in section {@code algorithm}. */
  public static final Keys<ReinforceSettings> KEYS =
      RlKeys.ruled(
              Keys.of(
                  ReinforceSettings.class,
                  Keys.inline("sampling", RlKeys.sampling(1)),
                  Keys.inline("rewarding", Rewarding.KEYS),
                  RlKeys.reference(),
                  RlKeys.kl(KlSettings.of(0.05, KlEstimator.K1, Place.REWARD)),
                  Key.choice(
                          "baseline",
                          Baseline.class,
                          "what an answer's reward is held against: `none`; `moving_average`: the"
                              + " mean of earlier rollouts; `leave_one_out`: the mean of the prompt's"
                              + " other answers; `group_mean`: of all its answers")
                      .otherwise(Baseline.MOVING_AVERAGE),
                  Key.number(
                          "baselineDecay",
                          Range.atLeast(0).atMost(1),
                          "of `moving_average`: the share of it that stays")
                      .otherwise(0.9),
                  RlKeys.whitenAdvantages(false),
                  RlKeys.entropyCoefficient()),
              ReinforceSettings::recipe)
          .rule(
              "samplesPerPrompt",
              s -> s.sampling().samplesPerPrompt() > 1 || !s.baseline().compares(),
              s -> "is 1; this baseline needs other answers to the same prompt: sample 2 or more");

  /** What it comes to. */
  public RlRecipe recipe() {
    return new RlRecipe(
        sampling,
        rewarding,
        new Near(reference, kl, false),
        new Learning(
            new OfAnswer(held()),
            whitenAdvantages,
            Surrogate.PLAIN,
            Aggregation.SUMS,
            new Steps(1, entropyCoefficient)),
        Optional.empty());
  }

  private Advantages.Baseline held() {
    return switch (baseline) {
      case NONE -> new Advantages.None();
      case MOVING_AVERAGE -> new Advantages.Moving(baselineDecay);
      case LEAVE_ONE_OUT -> new Advantages.LeaveOneOut();
      case GROUP_MEAN -> new Advantages.GroupMean();
    };
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public Keys<ReinforceSettings> keys() {
    return KEYS;
  }
}
