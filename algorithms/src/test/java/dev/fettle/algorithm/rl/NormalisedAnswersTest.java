package dev.fettle.algorithm.rl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.fettle.algorithm.rl.AdvantageEstimator.Estimated;
import dev.fettle.algorithm.rl.AdvantageEstimator.Known;
import dev.fettle.algorithm.rl.Advantages.LeaveOneOut;
import dev.fettle.algorithm.rl.Advantages.OfAnswer;
import dev.fettle.algorithm.rl.KlSettings.Place;
import dev.fettle.algorithm.rl.estimate.KlEstimator;
import org.junit.jupiter.api.Test;

/** What counts as one number where advantages are whitened: an answer, or each of its tokens. */
class NormalisedAnswersTest {
  private static final OfAnswer LEAVE_ONE_OUT = new OfAnswer(new LeaveOneOut());
  private static final double EPSILON = 1e-4;

  private static double[] advantages(boolean whole, double... rewards) {
    double[][] penalties = new double[rewards.length][];
    for (int i = 0; i < rewards.length; i++) {
      penalties[i] = new double[i == 0 ? 7 : 1];
    }
    RlState state = RlState.first(KlSettings.of(0, KlEstimator.K1, Place.REWARD));
    Known known = new Known(rewards, penalties, new double[rewards.length][0], 4, state);
    Estimated estimated = new AdvantageEstimator(LEAVE_ONE_OUT, true, whole).of(known);
    double[] first = new double[rewards.length];
    for (int i = 0; i < first.length; i++) {
      first[i] = estimated.advantages()[i][0];
    }
    return first;
  }

  /** TRL's RLOO: {@code (A - A.mean()) / (A.std() + 1e-4)}, one A of each answer. */
  @Test
  void ofWholeAnswersTheirLengthCountsNothing() {
    // Leave-one-out of 1, 0, 1, 1: 1/3, -1, 1/3, 1/3; their deviation is 2/3.
    double[] found = advantages(true, 1, 0, 1, 1);
    double right = 1 / 3.0 / (2 / 3.0 + EPSILON);
    assertThat(found)
        .containsExactly(new double[] {right, -3 * right, right, right}, within(1e-12));
  }

  @Test
  void ofTokensTheLongerAnswerCountsMore() {
    // Nine tokens of 1/3 and one of -1: a mean of 0.2, a deviation of 4/3 / sqrt(10).
    double[] found = advantages(false, 1, 0, 1, 1);
    double deviation = 4 / 3.0 / Math.sqrt(10);
    double right = (1 / 3.0 - 0.2) / deviation;
    double wrong = -1.2 / deviation;
    assertThat(found).containsExactly(new double[] {right, wrong, right, right}, within(1e-6));
  }

  /** As TRL's nanmean: an answer without a reward, or without another to compare, is not there. */
  @Test
  void whatHasNothingToCompareTakesNoPart() {
    double nan = Double.NaN;
    double[] found = advantages(true, 1, 0, nan, nan, nan, 5, nan, nan);
    // 1 and -1 remain, with a deviation of sqrt(2).
    double right = 1 / (Math.sqrt(2) + EPSILON);
    assertThat(found)
        .containsExactly(new double[] {right, -right, 0, 0, 0, 0, 0, 0}, within(1e-12));
  }
}
