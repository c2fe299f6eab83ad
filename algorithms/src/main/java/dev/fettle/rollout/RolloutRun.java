package dev.fettle.rollout;

import dev.fettle.algorithm.RunLength;
import dev.fettle.algorithm.RunSite;
import dev.fettle.reward.RewardEntry;
import dev.fettle.reward.WeightedRewards;
import dev.fettle.settings.ConfigException;
import java.util.List;

/**
 * What an algorithm that samples is given of its run.
 *
 * @param settings of sampling
 * @param samplers over the policy
 * @param reward what answers are worth
 * @param site where the run works
 * @param course how long it is, and its seed
 */
public record RolloutRun(
    RolloutSettings settings, PolicySamplers samplers, Reward reward, RunSite site, Course course) {

  /**
   * What answers are worth.
   *
   * @param entries as the configuration says
   * @param functions opened
   */
  public record Reward(List<RewardEntry> entries, WeightedRewards functions) {}

  /**
   * How a run goes.
   *
   * @param length in steps or epochs
   * @param seed of its random numbers
   */
  public record Course(RunLength length, long seed) {}

  /** Rollouts over prompts. */
  public Rollouts rollouts(RoundPrompts prompts) {
    Rollouts.Options options =
        new Rollouts.Options(
            settings.sampling(course.seed()),
            settings.promptsPerRound().orElse(0),
            settings.sampleBatchSize(),
            reward.entries().toString());
    return new Rollouts(
        prompts, options, new Rollouts.Means(samplers, samplers::origin, reward.functions(), site));
  }

  /**
   * How the steps are shared by rounds.
   *
   * @param stepsPerEpoch of all rounds together
   * @throws ConfigException if there are fewer steps than rounds
   */
  public RoundSchedule schedule(int rounds, long stepsPerEpoch) {
    long steps = course.length().steps(stepsPerEpoch);
    if (steps < rounds) {
      throw ConfigException.about(
          "algorithm.rounds",
          "is "
              + rounds
              + ", but the run has "
              + steps
              + (steps == 1 ? " step" : " steps")
              + ", and each round needs one; raise train.steps or train.epochs, or lower it");
    }
    return new RoundSchedule(rounds, steps);
  }
}
