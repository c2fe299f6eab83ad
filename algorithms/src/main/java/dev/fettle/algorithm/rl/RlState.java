package dev.fettle.algorithm.rl;

import dev.fettle.algorithm.rl.estimate.KlController;
import dev.fettle.algorithm.rl.estimate.RunningMoments;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a run must remember from rollout to rollout. It is kept in the cursor, so that a resumed run
 * goes on with it.
 *
 * @param kl steers the coefficient
 * @param rewards of all rollouts so far
 * @param baseline the moving average of rewards
 * @param rollouts that it is made of
 */
record RlState(KlController kl, RunningMoments rewards, double baseline, long rollouts) {
  private static final String KL = "kl_coefficient";
  private static final String MEAN = "reward_mean";
  private static final String SQUARES = "reward_squares";
  private static final String COUNT = "reward_count";
  private static final String BASELINE = "baseline";
  private static final String ROLLOUTS = "baseline_count";

  /** Before the first rollout. */
  static RlState first(KlSettings kl) {
    return new RlState(kl.controller(), RunningMoments.NONE, 0, 0);
  }

  /** As it was written. */
  static RlState read(Map<String, Double> from, KlSettings kl) {
    if (!from.containsKey(KL)) {
      return first(kl);
    }
    return new RlState(
        kl.controller(from.getOrDefault(KL, 0.0)),
        new RunningMoments(
            from.getOrDefault(MEAN, 0.0),
            from.getOrDefault(SQUARES, 0.0),
            from.getOrDefault(COUNT, 0.0)),
        from.getOrDefault(BASELINE, 0.0),
        from.getOrDefault(ROLLOUTS, 0.0).longValue());
  }

  /** By names, for a cursor. */
  Map<String, Double> written() {
    Map<String, Double> all = new LinkedHashMap<>();
    all.put(KL, kl.coefficient());
    all.put(MEAN, rewards.mean());
    all.put(SQUARES, rewards.squares());
    all.put(COUNT, rewards.count());
    all.put(BASELINE, baseline);
    all.put(ROLLOUTS, (double) rollouts);
    return all;
  }

  RlState with(KlController next) {
    return new RlState(next, rewards, baseline, rollouts);
  }

  RlState with(RunningMoments next) {
    return new RlState(kl, next, baseline, rollouts);
  }

  RlState withBaseline(double next) {
    return new RlState(kl, rewards, next, rollouts + 1);
  }
}
