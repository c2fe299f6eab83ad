package dev.fettle.algorithm.a2c;

import dev.fettle.algorithm.rl.Advantages;
import dev.fettle.algorithm.rl.Advantages.Generalised;
import dev.fettle.algorithm.rl.Advantages.OverPrompt;
import dev.fettle.algorithm.rl.Aggregation;
import dev.fettle.algorithm.rl.CriticSettings;
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
 * Advantage actor-critic (1602.01783): one step on each rollout, {@code -A log p} with advantages
 * by a learned critic.
 *
 * @param preset whose form it has
 * @param sampling of answers
 * @param rewarding what they are worth
 * @param reference what the policy is kept near
 * @param kl how near
 * @param gamma by which later rewards count less
 * @param lambda of generalised advantages
 * @param whitenAdvantages whether they are whitened
 * @param entropyCoefficient of the entropy bonus
 * @param critic its settings
 */
public record A2cSettings(
    Preset preset,
    RolloutSettings sampling,
    Rewarding rewarding,
    String reference,
    KlSettings kl,
    double gamma,
    double lambda,
    boolean whitenAdvantages,
    double entropyCoefficient,
    CriticSettings critic)
    implements AlgorithmSettings {
  /** The name in a configuration. */
  public static final String TYPE = "a2c";

  /** Whose form it has. */
  public enum Preset {
    /** A value of each token, generalised advantages. */
    TOKENS,
    /** One value of each prompt; the advantage is the reward less that. */
    ARTICLE
  }

  private static final KlSettings NEAR = KlSettings.of(0.05, KlEstimator.K1, Place.REWARD);

  private static final double GAMMA = 1;
  private static final double LAMBDA = 0.95;

  /** Its keys in section {@code algorithm}. */
  public static final Keys<A2cSettings> KEYS =
      RlKeys.ruled(
              Keys.of(
                  A2cSettings.class,
                  Key.choice(
                          "preset",
                          Preset.class,
                          "`tokens`: the critic values the state before each token, and advantages"
                              + " are generalised; `article`: it values each prompt, as the mean"
                              + " over its tokens, the advantage is the reward less that, and the"
                              + " divergence is in the loss")
                      .otherwise(Preset.TOKENS),
                  Keys.inline("sampling", RlKeys.sampling(1)),
                  Keys.inline("rewarding", Rewarding.KEYS),
                  RlKeys.reference(),
                  RlKeys.kl(NEAR),
                  Key.number(
                          "gamma",
                          Range.atLeast(0).atMost(1),
                          "by which the rewards of later tokens count less")
                      .otherwise(GAMMA),
                  Key.number(
                          "lambda",
                          Range.atLeast(0).atMost(1),
                          "1: advantages are what came true less the critic's value; 0: the critic's"
                              + " next value stands for all that came")
                      .otherwise(LAMBDA)
                      .also("lam", "lambd"),
                  RlKeys.whitenAdvantages(false),
                  RlKeys.entropyCoefficient(),
                  Key.section(
                          "critic",
                          CriticSettings.keys(CriticSettings.shared(0.5, 0)),
                          "what values states")
                      .otherwise(CriticSettings.shared(0.5, 0), "a head on the policy's body")),
              A2cSettings::recipe)
          .rule(
              "critic",
              s -> s.critic().clip() == 0,
              s ->
                  "has a clip, but a rollout is learnt once: nothing moves; take ppo, or leave it out")
          .rule(
              "preset",
              s -> s.preset() != Preset.ARTICLE || (s.gamma() == GAMMA && s.lambda() == LAMBDA),
              s ->
                  "is article, where an answer is one action, and gamma and lambda mean nothing; leave"
                      + " them out, or take preset: tokens");

  /** What it comes to. */
  public RlRecipe recipe() {
    boolean article = preset == Preset.ARTICLE;
    Advantages advantages = article ? new OverPrompt() : new Generalised(gamma, lambda, false);
    return new RlRecipe(
        sampling,
        rewarding,
        new Near(reference, article ? inLoss() : kl, false),
        new Learning(
            advantages,
            whitenAdvantages,
            Surrogate.PLAIN,
            Aggregation.TOKENS,
            new Steps(1, entropyCoefficient)),
        Optional.of(critic));
  }

  /** The article's divergence is a term of the loss; k1 would have no gradient there but noise. */
  private KlSettings inLoss() {
    KlEstimator estimator = kl.estimator() == KlEstimator.K1 ? KlEstimator.K3 : kl.estimator();
    return new KlSettings(
        kl.coefficient(),
        estimator,
        Place.LOSS,
        kl.target(),
        kl.horizon(),
        kl.passLimit(),
        kl.stopAbove(),
        kl.measured());
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public Keys<A2cSettings> keys() {
    return KEYS;
  }
}
