package dev.fettle.harness.audit;

import dev.fettle.settings.Key;
import dev.fettle.settings.Keys;
import dev.fettle.settings.Range;
import dev.fettle.settings.SettingsReader;
import java.util.List;

/**
 * From where on a finding is worth a look. They are conventions, no laws: a run within all of them
 * can be bad, and one outside can be good.
 *
 * @param kl the divergence from the reference at the end, in the units of metric {@code kl}
 * @param klGrowth how much it grows in 100 steps
 * @param entropyFall share of the entropy that is lost
 * @param lengthDrift change of the mean length, as a share of it
 * @param clipped share of answers that are cut at the end
 * @param rewardStdFall share of the rewards' deviation that is lost
 * @param equalRewards share of prompts whose answers all have the same reward, at the end
 * @param judgeGap by how many deviations the reward gains more than the judge
 * @param explainedVariance of the critic at the end, at least
 * @param distinct share of answers that are distinct at the end, at least
 * @param rollout share of the time spent on sampling and rewarding, at most
 */
public record AuditLimits(
    double kl,
    double klGrowth,
    double entropyFall,
    double lengthDrift,
    double clipped,
    double rewardStdFall,
    double equalRewards,
    double judgeGap,
    double explainedVariance,
    double distinct,
    double rollout) {

  /** The defaults. */
  public static final AuditLimits DEFAULT =
      new AuditLimits(10, 5, 0.5, 0.5, 0.3, 0.5, 0.5, 1, 0.1, 0.3, 0.8);

  private static final Range SHARE = Range.atLeast(0).atMost(1);

  /** Their keys. */
  public static final Keys<AuditLimits> KEYS =
      Keys.of(
          AuditLimits.class,
          Key.number("kl", Range.ANY, "`kl` at the end, at most").otherwise(DEFAULT.kl()),
          Key.number("klGrowth", Range.ANY, "its growth in 100 steps, at most")
              .otherwise(DEFAULT.klGrowth()),
          Key.number("entropyFall", SHARE, "share of `entropy` that is lost, at most")
              .otherwise(DEFAULT.entropyFall()),
          Key.number(
                  "lengthDrift",
                  Range.atLeast(0),
                  "change of `completions/mean_length` either way, as a share of it, at most")
              .otherwise(DEFAULT.lengthDrift()),
          Key.number("clipped", SHARE, "`completions/clipped_ratio` at the end, at most")
              .otherwise(DEFAULT.clipped()),
          Key.number("rewardStdFall", SHARE, "share of `reward_std` that is lost, at most")
              .otherwise(DEFAULT.rewardStdFall()),
          Key.number(
                  "equalRewards",
                  SHARE,
                  "share of prompts whose answers all have the same reward, at the end, at most")
              .otherwise(DEFAULT.equalRewards()),
          Key.number(
                  "judgeGap",
                  Range.ANY,
                  "by how many deviations the reward may gain more than the held-out judge")
              .otherwise(DEFAULT.judgeGap()),
          Key.number("explainedVariance", Range.ANY, "`vf_explained_var` at the end, at least")
              .otherwise(DEFAULT.explainedVariance()),
          Key.number("distinct", SHARE, "share of distinct answers at the end, at least")
              .otherwise(DEFAULT.distinct()),
          Key.number("rollout", SHARE, "share of the time in sampling and rewarding, at most")
              .otherwise(DEFAULT.rollout()));

  /**
   * The defaults but for these.
   *
   * @param overrides as in {@code kl=20}
   * @throws dev.fettle.settings.ConfigException with everything that is wrong
   */
  public static AuditLimits with(List<String> overrides) {
    return new SettingsReader<>(KEYS).overrides(overrides);
  }
}
