package dev.fettle.algorithm.rl;

import dev.fettle.algorithm.rl.estimate.KlEstimator;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What is minimised: {@code -A f(ratio)}, aggregated over tokens, plus what a divergence from the
 * reference costs, less an entropy bonus, plus the critic's error.
 *
 * @param surrogate how a token's likelihood meets its advantage
 * @param aggregation what each token counts
 * @param longest answer there may be, in tokens
 * @param entropy what the mean entropy of the answers' tokens counts
 * @param kl a divergence in the loss; empty where it is in the reward, or nowhere
 * @param value the critic's error, where there is a critic
 * @param temperature that answers are drawn at, which divides the logits here too
 */
public record PolicyLoss(
    Surrogate surrogate,
    Aggregation aggregation,
    int longest,
    double entropy,
    Optional<KlTerm> kl,
    Optional<ValueLoss> value,
    double temperature) {

  /**
   * How a token's likelihood meets its advantage.
   *
   * @param ratio to the policy that sampled
   * @param low by how much a ratio may fall below 1
   * @param high by how much it may rise above
   * @param most how large it may be where that costs, as it is not clipped there otherwise: TRL's
   *     {@code delta}
   */
  public record Surrogate(Ratio ratio, double low, double high, OptionalDouble most) {
    /** One that is clipped on one side alone. */
    public Surrogate(Ratio ratio, double low, double high) {
      this(ratio, low, high, OptionalDouble.empty());
    }

    /** {@code -A log p}: one step on each rollout. */
    public static final Surrogate PLAIN = new Surrogate(Ratio.NONE, 0, 0);
  }

  /** What is compared with the policy that sampled. */
  public enum Ratio {
    /** Nothing: every answer is of the policy as it stands. */
    NONE,
    /** Each token: PPO (1707.06347, eq. 7). */
    TOKEN,
    /** The whole answer. */
    ANSWER,
    /** The whole answer, by its tokens: the geometric mean of theirs (GSPO, 2507.18071). */
    ANSWER_MEAN
  }

  /**
   * A divergence in the loss.
   *
   * @param estimator of it, by token
   * @param corrected whether it is weighed by the ratio to the policy that sampled, which makes its
   *     gradient that of the policy as it stands
   */
  public record KlTerm(KlEstimator estimator, boolean corrected) {}

  /**
   * The critic's error, {@code coefficient / 2 (V - R)^2}.
   *
   * @param coefficient what it counts
   * @param clip by how much a value may move from what it was; empty for any
   * @param level what it values
   */
  public record ValueLoss(double coefficient, OptionalDouble clip, Level level) {}

  /** What a critic values. */
  public enum Level {
    /** The state before each token. */
    TOKEN,
    /** A prompt: the mean over its tokens. */
    PROMPT
  }
}
