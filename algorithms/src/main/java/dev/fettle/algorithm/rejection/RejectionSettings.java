package dev.fettle.algorithm.rejection;

import dev.fettle.reward.RewardEntry;
import dev.fettle.reward.RewardKeys;
import dev.fettle.rollout.RolloutSettings;
import dev.fettle.settings.AlgorithmSettings;
import dev.fettle.settings.Key;
import dev.fettle.settings.Keys;
import dev.fettle.settings.Range;
import java.util.List;

/**
 * Rejection sampling.
 *
 * @param rounds of sampling and fine-tuning
 * @param sampling of answers
 * @param keep which answers are learnt
 * @param dedup whether equal answers to a prompt count once
 * @param bestSoFar whether answers of earlier rounds are chosen from too
 * @param mixPrevious share of what earlier rounds kept that is learnt again
 * @param keepTruncated whether an answer that was cut by the limit may be kept
 * @param reward what answers are worth
 */
public record RejectionSettings(
    int rounds,
    RolloutSettings sampling,
    Keep keep,
    boolean dedup,
    boolean bestSoFar,
    double mixPrevious,
    boolean keepTruncated,
    List<RewardEntry> reward)
    implements AlgorithmSettings {

  /** The name in a configuration. */
  public static final String TYPE = "rejection-sampling";

  /** Its keys in section {@code algorithm}. */
  public static final Keys<RejectionSettings> KEYS =
      Keys.of(
              RejectionSettings.class,
              Key.size(
                      "rounds",
                      Range.atLeast(1),
                      "how often the model answers all prompts and learns the best of it; the run's"
                          + " steps are shared evenly by the rounds")
                  .otherwise(2)
                  .also("num_raft_iteration"),
              Keys.inline("sampling", RolloutSettings.KEYS),
              Key.shortSection(
                      "keep",
                      Keep.KEYS,
                      "answers",
                      "which answers are learnt: `best`, `{topK: 2}`, `{topShare: 0.125}`,"
                          + " `{threshold: 1}`, or several conditions together")
                  .otherwise(Keep.BEST, "best"),
              Key.flag("dedup", "whether equal answers to a prompt count once").otherwise(false),
              Key.flag(
                      "bestSoFar",
                      "whether answers of the earlier rounds are chosen from too, as for Llama 2")
                  .otherwise(false),
              Key.number(
                      "mixPrevious",
                      Range.atLeast(0).atMost(1),
                      "share of what each earlier round kept that is learnt again")
                  .otherwise(0.0),
              Key.flag("keepTruncated", "whether answers cut at `maxNewTokens` may be kept")
                  .otherwise(false),
              RewardKeys.reward("reward", "what an answer is worth")
                  .required("a reward function or the directory of a reward model")
                  .also("reward_model_path", "reward_funcs"))
          .rule(
              "mixPrevious",
              s -> s.mixPrevious() == 0 || !s.bestSoFar(),
              s -> "is given beside bestSoFar, which chooses among them already; keep one");

  /** Copies the list. */
  public RejectionSettings {
    reward = List.copyOf(reward);
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public Keys<RejectionSettings> keys() {
    return KEYS;
  }
}
