package dev.fettle.algorithm.rl;

import dev.fettle.algorithm.rl.estimate.RunningMoments;
import dev.fettle.sample.Completion;
import java.util.List;

/**
 * What becomes of rewards before they are learnt.
 *
 * @param by penalty, scale and clip
 */
record RewardShaper(Rewarding by) {

  /**
   * Shaped rewards.
   *
   * @param rewards NaN where there is none
   * @param state of the run after them
   */
  @SuppressWarnings("ArrayRecordComponent") // handed over, not compared
  record Shaped(double[] rewards, RlState state) {}

  Shaped of(List<Completion> answers, double[] rewards, RlState state) {
    double[] shaped = rewards.clone();
    for (int i = 0; i < shaped.length; i++) {
      shaped[i] -= answers.get(i).stopped() ? 0 : by.missingEosPenalty();
    }
    RlState after = state;
    if (by.rewardScale() != Rewarding.Scale.NONE) {
      boolean running = by.rewardScale() == Rewarding.Scale.RUNNING;
      RunningMoments moments = (running ? state.rewards() : RunningMoments.NONE).plus(shaped);
      after = running ? state.with(moments) : state;
      for (int i = 0; i < shaped.length; i++) {
        shaped[i] = moments.normalised(shaped[i], true);
      }
    }
    if (by.rewardClip().isPresent()) {
      double most = by.rewardClip().get();
      for (int i = 0; i < shaped.length; i++) {
        // NaN stays what it is.
        shaped[i] = Math.max(-most, Math.min(most, shaped[i]));
      }
    }
    return new Shaped(shaped, after);
  }
}
