package dev.fettle.algorithm.rl;

import dev.fettle.algorithm.rl.PolicyLoss.Level;
import dev.fettle.algorithm.rl.PolicyLoss.ValueLoss;
import dev.fettle.models.LanguageModel;
import dev.fettle.models.head.ValueHead;
import dev.fettle.settings.Key;
import dev.fettle.settings.Keys;
import dev.fettle.settings.PathKeys;
import dev.fettle.settings.Range;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The critic.
 *
 * @param body what it reads with
 * @param from a reward model whose weights it begins with
 * @param learningRate of its own
 * @param coefficient of its error in the loss
 * @param clip by how much a value may move within a rollout; 0 for any
 */
public record CriticSettings(
    Body body,
    Optional<Path> from,
    Optional<Double> learningRate,
    double coefficient,
    double clip) {

  /** What a critic reads with. */
  public enum Body {
    /** The policy's hidden states. */
    SHARED,
    /** A body of its own, which begins as the policy's. */
    SEPARATE
  }

  /** A critic on the policy's body. */
  public static CriticSettings shared(double coefficient, double clip) {
    return new CriticSettings(Body.SHARED, Optional.empty(), Optional.empty(), coefficient, clip);
  }

  /** The keys of an algorithm that has these where nothing is said. */
  public static Keys<CriticSettings> keys(CriticSettings otherwise) {
    return Keys.of(
        CriticSettings.class,
        Key.choice(
                "body",
                Body.class,
                "`shared`: the critic is a head on the policy's hidden states; `separate`: it has a"
                    + " body of its own, which begins as the policy's")
            .otherwise(otherwise.body()),
        PathKeys.rewardModel(
                "from",
                "a reward model of the policy's architecture whose weights the critic begins with")
            .optional("a fresh head")
            .also("value_model", "critic_pretrain"),
        Key.number(
                "learningRate",
                Range.above(0),
                "of the critic alone, on the same schedule: of its head, and of its body where that"
                    + " is separate")
            .optional("optimizer.learningRate")
            .also("critic_learning_rate"),
        Key.number("coefficient", Range.atLeast(0), "of its error, (V - R)^2 / 2, in the loss")
            .otherwise(otherwise.coefficient())
            .also("vf_coef", "vf_coeff"),
        Key.number(
                "clip",
                Range.atLeast(0),
                "by how much a value may move within a rollout before no more is learnt; 0: any")
            .otherwise(otherwise.clip())
            .also("cliprange_value", "value_clip"));
  }

  /** The head for a policy's body. */
  ValueHead head(LanguageModel policy) {
    Optional<LanguageModel> own = body == Body.SEPARATE ? Optional.of(policy) : Optional.empty();
    return new ValueHead(own, from);
  }

  /** Its error. */
  ValueLoss loss(Level level) {
    OptionalDouble held = clip > 0 ? OptionalDouble.of(clip) : OptionalDouble.empty();
    return new ValueLoss(coefficient, held, level);
  }
}
