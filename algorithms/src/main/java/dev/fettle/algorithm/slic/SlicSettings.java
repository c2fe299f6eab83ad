package dev.fettle.algorithm.slic;

import dev.fettle.algorithm.preference.Likelihood;
import dev.fettle.algorithm.preference.Links;
import dev.fettle.algorithm.preference.Logged;
import dev.fettle.algorithm.preference.PreferenceLoss;
import dev.fettle.algorithm.preference.Score;
import dev.fettle.algorithm.preference.Term;
import dev.fettle.reward.RewardEntry;
import dev.fettle.reward.RewardKeys;
import dev.fettle.rollout.RolloutSettings;
import dev.fettle.settings.AlgorithmSettings;
import dev.fettle.settings.Choices;
import dev.fettle.settings.Key;
import dev.fettle.settings.Keys;
import dev.fettle.settings.Range;
import java.util.List;

/**
 * Sequence likelihood calibration with human feedback (2305.10425, eq. 2 and 3): {@code max(0,
 * delta - log p(w) + log p(l)) - lambda log p(t)}, log-probabilities summed over tokens; {@code t}
 * is a target the model is held to.
 *
 * @param mode where pairs come from
 * @param delta the margin
 * @param lambda what the regularisation counts
 * @param rounds of sampling
 * @param sampling of answers
 * @param ranking how pairs are made of answers
 * @param keepTruncated whether an answer that was cut by the limit takes part
 * @param reward what answers are worth; none in direct mode
 */
public record SlicSettings(
    Mode mode,
    double delta,
    double lambda,
    int rounds,
    RolloutSettings sampling,
    Ranking ranking,
    boolean keepTruncated,
    List<RewardEntry> reward)
    implements AlgorithmSettings {

  /** Where pairs come from. */
  public enum Mode {
    /** Rows of preferences. */
    DIRECT,
    /** Answers of the policy, ranked by a reward. */
    SAMPLE_RANK
  }

  /** The name in a configuration. */
  public static final String TYPE = "slic";

  /** Its keys in section {@code algorithm}. */
  public static final Keys<SlicSettings> KEYS =
      Keys.of(
              SlicSettings.class,
              Key.choice(
                      "mode",
                      Choices.of("direct", Mode.DIRECT).or("sample-rank", Mode.SAMPLE_RANK),
                      "`direct`: rows are pairs; `sample-rank`: rows are prompts, and the model's own"
                          + " answers are ranked by the reward")
                  .otherwise(Mode.DIRECT),
              Key.number(
                      "delta",
                      Range.atLeast(0),
                      "by how much the chosen answer's log-probability is wanted above the other's")
                  .otherwise(1.0),
              Key.number("lambda", Range.atLeast(0), "what the target's log-probability counts")
                  .otherwise(0.5),
              Key.size(
                      "rounds",
                      Range.atLeast(1),
                      "of `sample-rank`: how often answers are sampled from the policy as it is; the"
                          + " run's steps are shared evenly by the rounds")
                  .otherwise(1),
              Keys.inline("sampling", RolloutSettings.KEYS),
              Key.choice(
                      "ranking",
                      Ranking.class,
                      "of `sample-rank`: `tournament`: answers meet by twos until one is left, which"
                          + " makes samplesPerPrompt - 1 pairs; `best_worst`: one pair a prompt")
                  .otherwise(Ranking.TOURNAMENT),
              Key.flag(
                      "keepTruncated",
                      "of `sample-rank`: whether answers cut at `maxNewTokens` take part")
                  .otherwise(false),
              RewardKeys.reward("reward", "of `sample-rank`: what an answer is worth")
                  .otherwise(List.of(), "none"))
          .rule(
              "reward",
              s -> s.mode() == Mode.DIRECT || !s.reward().isEmpty(),
              s ->
                  "is missing; mode: sample-rank ranks answers by a reward function or the directory"
                      + " of a reward model")
          .rule(
              "reward",
              s -> s.mode() == Mode.SAMPLE_RANK || s.reward().isEmpty(),
              s -> "is given, but nothing is sampled; set mode: sample-rank, or leave it out")
          .rule(
              "samplesPerPrompt",
              s -> s.mode() == Mode.DIRECT || s.sampling().samplesPerPrompt() > 1,
              s -> "is 1; a pair needs 2 answers");

  /** Copies the list. */
  public SlicSettings {
    reward = List.copyOf(reward);
  }

  /** Pairs that are given. */
  public SlicSettings(double delta, double lambda) {
    this(
        Mode.DIRECT,
        delta,
        lambda,
        1,
        RolloutSettings.DEFAULT,
        Ranking.TOURNAMENT,
        false,
        List.of());
  }

  /** What is minimised. */
  public PreferenceLoss minimised() {
    return PreferenceLoss.of(
            List.of(
                new Term(Links.margin(delta), 1, Score.RATIOS),
                new Term(Links.unlikelihoodOfChosen(), lambda, Score.RATIOS)),
            Likelihood.NONE,
            Logged.of(1))
        .heldToTargets(lambda);
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public Keys<SlicSettings> keys() {
    return KEYS;
  }
}
