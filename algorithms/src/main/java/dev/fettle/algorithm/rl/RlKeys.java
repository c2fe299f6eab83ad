package dev.fettle.algorithm.rl;

import dev.fettle.algorithm.preference.HeldReference;
import dev.fettle.rollout.RolloutSettings;
import dev.fettle.settings.Key;
import dev.fettle.settings.Keys;
import dev.fettle.settings.PathKeys;
import dev.fettle.settings.Range;
import java.util.List;
import java.util.function.Function;

/** Keys that policy gradients share. */
public final class RlKeys {
  private static final String ABSENT =
      "as many as a step takes: train.batchSize / samplesPerPrompt";

  private RlKeys() {}

  /** How answers are sampled; so many to a prompt where nothing is said. */
  public static Keys<RolloutSettings> sampling(int samples) {
    return RolloutSettings.keys(ABSENT, samples);
  }

  /** What the policy is kept near. */
  public static Key<String> reference() {
    return PathKeys.wordOrDirectory(
            "reference",
            List.of(HeldReference.START, HeldReference.NONE),
            "what the policy is kept near: the model that training begins with (`start`), nothing"
                + " (`none`), or another model's directory")
        .otherwise(HeldReference.START)
        .also("ref_model", "reference_model");
  }

  /** How far it may go. */
  public static Key<KlSettings> kl(KlSettings otherwise) {
    return Key.shortSection(
            "kl",
            KlSettings.keys(otherwise),
            "coefficient",
            "what keeps the policy near the reference: a coefficient, or more")
        .otherwise(otherwise, "its defaults");
  }

  /** Whether advantages are whitened. */
  public static Key<Boolean> whitenAdvantages(boolean otherwise) {
    return Key.flag(
            "whitenAdvantages",
            "whether the advantages of a rollout are brought to a mean of 0 and a deviation of 1")
        .otherwise(otherwise)
        .also("normalize_advantages", "whiten_advantages");
  }

  /** What entropy counts. */
  public static Key<Double> entropyCoefficient() {
    return Key.number(
            "entropyCoefficient",
            Range.atLeast(0),
            "what the mean entropy of the answers' tokens counts in the loss, from which it is taken")
        .otherwise(0.0)
        .also("entropy_coef", "ent_coef", "entropy_coeff", "entropy_loss_coef");
  }

  /** How often a rollout is learnt. */
  public static Key<Integer> passes(int otherwise) {
    return Key.size("passes", Range.atLeast(1), "how often each rollout is learnt")
        .otherwise(otherwise)
        .also("num_ppo_epochs", "num_iterations", "ppo_epochs");
  }

  /** A key with a clipped ratio's bound. */
  public static Key<Double> clip(String name, double otherwise) {
    return Key.number(
            name,
            Range.above(0),
            "by how much the ratio to the policy that sampled may leave 1 before no more is learnt")
        .otherwise(otherwise);
  }

  /**
   * Rules of an algorithm with these settings.
   *
   * @param recipe of settings
   */
  public static <S> Keys<S> ruled(Keys<S> keys, Function<S, RlRecipe> recipe) {
    return keys.rule(
            "reference",
            s ->
                !recipe.apply(s).near().reference().equals(HeldReference.NONE)
                    || !recipe.apply(s).near().kl().isMeasured(),
            s -> "is none, and kl needs one; set kl: { coefficient: 0, measured: false }")
        .rule(
            "temperature",
            s -> recipe.apply(s).sampling().temperature() > 0,
            s ->
                "is 0: the likeliest answers are no sample, and there is nothing to learn from them")
        .rule(
            "kl",
            s ->
                recipe.apply(s).near().kl().passLimit().isEmpty()
                    || recipe.apply(s).learning().steps().passes() > 1,
            s ->
                "has a passLimit, but each rollout is learnt once; leave it out, or raise passes where"
                    + " the algorithm has them (ppo, grpo, rloo)")
        .rule(
            "kl",
            s -> !recipe.apply(s).near().isAimless(),
            s ->
                "has estimator k1 in the loss, where its gradient is 0 on average and holds nothing;"
                    + " set estimator: k2 or k3, or place: reward");
  }
}
