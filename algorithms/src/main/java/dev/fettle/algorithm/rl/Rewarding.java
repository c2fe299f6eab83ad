package dev.fettle.algorithm.rl;

import dev.fettle.reward.RewardEntry;
import dev.fettle.reward.RewardKeys;
import dev.fettle.settings.Key;
import dev.fettle.settings.Keys;
import dev.fettle.settings.Range;
import java.util.List;
import java.util.Optional;

/**
 * What answers are worth, and what becomes of that before it is learnt: first the penalty, then the
 * scale, then the clip.
 *
 * @param reward what is learnt
 * @param judge what nothing is learnt from: the audit's
 * @param missingEosPenalty taken from an answer that did not end
 * @param rewardScale on which rewards are counted
 * @param rewardClip how large they may be
 * @param maskTruncated whether an answer that did not end is left out of the loss
 */
public record Rewarding(
    List<RewardEntry> reward,
    List<RewardEntry> judge,
    double missingEosPenalty,
    Scale rewardScale,
    Optional<Double> rewardClip,
    boolean maskTruncated) {

  /** On which rewards are counted. */
  public enum Scale {
    /** As they are. */
    NONE,
    /** In deviations from the mean of their rollout. */
    BATCH,
    /** In deviations from the mean of all so far. */
    RUNNING
  }

  /** The keys. */
  public static final Keys<Rewarding> KEYS =
      Keys.of(
          Rewarding.class,
          RewardKeys.reward("reward", "what an answer is worth")
              .required("a reward function or the directory of a reward model"),
          RewardKeys.entries(
                  "judge",
                  "rewards that nothing is learnt from: measured on the same answers, so that the"
                      + " audit can hold the reward against them")
              .otherwise(List.of(), "none"),
          Key.number(
                  "missingEosPenalty",
                  Range.atLeast(0),
                  "taken from the reward of an answer that was cut at `maxNewTokens`")
              .otherwise(0.0)
              .also("missing_eos_penalty"),
          Key.choice(
                  "rewardScale",
                  Scale.class,
                  "`none`; `batch`: in deviations from the mean of the rollout; `running`: of all"
                      + " rollouts so far")
              .otherwise(Scale.NONE)
              .also("use_score_scaling", "use_score_norm", "normalize_reward"),
          Key.number("rewardClip", Range.above(0), "the largest reward, and the least below 0")
              .optional("none")
              .also("score_clip", "reward_clip_range"),
          Key.flag(
                  "maskTruncated",
                  "whether answers that were cut at `maxNewTokens` are left out of the loss")
              .otherwise(false)
              .also("mask_truncated_completions"));

  /** Copies the lists. */
  public Rewarding {
    reward = List.copyOf(reward);
    judge = List.copyOf(judge);
  }
}
