package dev.fettle.algorithm.rloo;

import dev.fettle.algorithm.rl.Advantages.LeaveOneOut;
import dev.fettle.algorithm.rl.Advantages.OfAnswer;
import dev.fettle.algorithm.rl.Aggregation;
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
 * REINFORCE leave-one-out (2402.14740): an answer is one action, its baseline the mean of the
 * prompt's other answers; the ratio to the policy that sampled is that of the whole answer.
 * Defaults are TRL's.
 *
 * @param sampling of answers
 * @param rewarding what they are worth
 * @param reference what the policy is kept near
 * @param kl how near
 * @param whitenAdvantages whether advantages are whitened, one of each answer
 * @param epsilon of ratios, below 1
 * @param epsilonHigh above 1
 * @param passes over a rollout
 * @param entropyCoefficient of the entropy bonus
 */
public record RlooSettings(
    RolloutSettings sampling,
    Rewarding rewarding,
    String reference,
    KlSettings kl,
    boolean whitenAdvantages,
    double epsilon,
    Optional<Double> epsilonHigh,
    int passes,
    double entropyCoefficient)
    implements AlgorithmSettings {
  /** The name in a configuration. */
  public static final String TYPE = "rloo";

  /** Its keys in section {@code algorithm}. */
  public static final Keys<RlooSettings> KEYS =
      RlKeys.ruled(
              Keys.of(
                  RlooSettings.class,
                  Keys.inline("sampling", RlKeys.sampling(2)),
                  Keys.inline("rewarding", Rewarding.KEYS),
                  RlKeys.reference(),
                  RlKeys.kl(KlSettings.of(0.05, KlEstimator.K1, Place.REWARD)),
                  RlKeys.whitenAdvantages(false),
                  RlKeys.clip("epsilon", 0.2).also("epsilon_low", "cliprange"),
                  Key.number("epsilonHigh", Range.above(0), "the same above 1")
                      .optional("epsilon")
                      .also("epsilon_high"),
                  RlKeys.passes(1),
                  RlKeys.entropyCoefficient()),
              RlooSettings::recipe)
          .rule(
              "samplesPerPrompt",
              s -> s.sampling().samplesPerPrompt() > 1,
              s -> "is 1; an answer is held against the others to its prompt: sample 2 or more");

  /** What it comes to. */
  public RlRecipe recipe() {
    return new RlRecipe(
        sampling,
        rewarding,
        new Near(reference, kl, false),
        new Learning(
            new OfAnswer(new LeaveOneOut()),
            whitenAdvantages,
            new Surrogate(Ratio.ANSWER, epsilon, epsilonHigh.orElse(epsilon)),
            Aggregation.SUMS,
            new Steps(passes, entropyCoefficient)),
        Optional.empty());
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public Keys<RlooSettings> keys() {
    return KEYS;
  }
}
