package dev.fettle.algorithm.ppo;

import dev.fettle.algorithm.rl.Advantages.Generalised;
import dev.fettle.algorithm.rl.Aggregation;
import dev.fettle.algorithm.rl.CriticSettings;
import dev.fettle.algorithm.rl.KlSettings;
import dev.fettle.algorithm.rl.KlSettings.Place;
import dev.fettle.algorithm.rl.PolicyLoss.Ratio;
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
 * Proximal policy optimisation (1707.06347, eq. 7) with generalised advantages: several passes over
 * each rollout, with clipped ratios and values. Defaults are TRL's.
 *
 * @param sampling of answers
 * @param rewarding what they are worth
 * @param reference what the policy is kept near
 * @param kl how near
 * @param gamma by which later rewards count less
 * @param lambda of generalised advantages
 * @param whitenRewards whether token rewards are brought to a deviation of 1
 * @param whitenAdvantages whether advantages are whitened
 * @param clip of ratios
 * @param passes over a rollout
 * @param entropyCoefficient of the entropy bonus
 * @param critic its settings
 */
public record PpoSettings(
    RolloutSettings sampling,
    Rewarding rewarding,
    String reference,
    KlSettings kl,
    double gamma,
    double lambda,
    boolean whitenRewards,
    boolean whitenAdvantages,
    double clip,
    int passes,
    double entropyCoefficient,
    CriticSettings critic)
    implements AlgorithmSettings {
  /** The name in a configuration. */
  public static final String TYPE = "ppo";

  private static final CriticSettings CRITIC = CriticSettings.shared(0.1, 0.2);

  /** Its keys in section {@code algorithm}. */
  public static final Keys<PpoSettings> KEYS =
      RlKeys.ruled(
          Keys.of(
              PpoSettings.class,
              Keys.inline("sampling", RlKeys.sampling(1)),
              Keys.inline("rewarding", Rewarding.KEYS),
              RlKeys.reference(),
              RlKeys.kl(KlSettings.of(0.05, KlEstimator.K1, Place.REWARD)),
              Key.number(
                      "gamma",
                      Range.atLeast(0).atMost(1),
                      "by which the rewards of later tokens count less")
                  .otherwise(1.0),
              Key.number(
                      "lambda",
                      Range.atLeast(0).atMost(1),
                      "1: advantages are what came true less the critic's value; 0: the critic's next"
                          + " value stands for all that came")
                  .otherwise(0.95)
                  .also("lam", "lambd"),
              Key.flag(
                      "whitenRewards",
                      "whether token rewards are brought to a deviation of 1, their mean kept")
                  .otherwise(false)
                  .also("whiten_rewards"),
              RlKeys.whitenAdvantages(true),
              RlKeys.clip("clip", 0.2).also("cliprange", "eps_clip", "clip_range", "clip_ratio"),
              RlKeys.passes(4),
              RlKeys.entropyCoefficient(),
              Key.section("critic", CriticSettings.keys(CRITIC), "what values states")
                  .otherwise(CRITIC, "a head on the policy's body")),
          PpoSettings::recipe);

  /** What it comes to. */
  public RlRecipe recipe() {
    return new RlRecipe(
        sampling,
        rewarding,
        new Near(reference, kl, false),
        new Learning(
            new Generalised(gamma, lambda, whitenRewards),
            whitenAdvantages,
            new Surrogate(Ratio.TOKEN, clip, clip),
            Aggregation.TOKENS,
            new Steps(passes, entropyCoefficient)),
        Optional.of(critic));
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public Keys<PpoSettings> keys() {
    return KEYS;
  }
}
