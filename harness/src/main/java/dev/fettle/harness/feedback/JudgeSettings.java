package dev.fettle.harness.feedback;

import dev.fettle.feedback.RespondentJudge.Manner;
import dev.fettle.settings.Key;
import dev.fettle.settings.Keys;
import dev.fettle.settings.Range;
import java.util.Optional;

/**
 * Who judges, and how it is asked.
 *
 * @param respondent who answers
 * @param reasons whether it says why before its verdict; empty for a server alone
 * @param attempts how often it is asked until its answer can be read
 * @param tie how near to one half the probability of a verdict without words is a tie
 */
public record JudgeSettings(
    RespondentSettings respondent, Optional<Boolean> reasons, int attempts, double tie) {

  /** Its keys. */
  public static final Keys<JudgeSettings> KEYS =
      Keys.of(
          JudgeSettings.class,
          Keys.inline("respondent", RespondentSettings.KEYS),
          Key.flag(
                  "reasons",
                  "whether it says why before its verdict; else a model here is asked for the"
                      + " likelihoods of the letters, a server for a letter alone")
              .optional("`false` for `local`, `true` for `endpoint`"),
          Key.size(
                  "attempts",
                  Range.atLeast(1).atMost(100),
                  "how often it is asked until its answer can be read; after that the pair is"
                      + " undecided")
              .otherwise(3),
          Key.number(
                  "tie",
                  Range.atLeast(0).below(0.5),
                  "how near to one half the probability of a verdict without words is a tie")
              .otherwise(0.0));

  /** Somebody with the defaults. */
  public static JudgeSettings of(RespondentSettings respondent) {
    return new JudgeSettings(respondent, Optional.empty(), 3, 0);
  }

  /** The same, saying why before its verdict or not. */
  public JudgeSettings withReasons(boolean why) {
    return new JudgeSettings(respondent, Optional.of(why), attempts, tie);
  }

  Manner manner() {
    return new Manner(
        reasons.orElse(respondent instanceof RespondentSettings.Server), attempts, tie);
  }
}
