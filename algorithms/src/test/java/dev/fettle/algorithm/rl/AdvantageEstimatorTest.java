package dev.fettle.algorithm.rl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.fettle.algorithm.rl.AdvantageEstimator.Estimated;
import dev.fettle.algorithm.rl.AdvantageEstimator.Known;
import dev.fettle.algorithm.rl.Advantages.Baseline;
import dev.fettle.algorithm.rl.KlSettings.Place;
import dev.fettle.algorithm.rl.estimate.KlEstimator;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Advantages worked out by hand; answers without a reward take no part. */
class AdvantageEstimatorTest {
  private static final double NAN = Double.NaN;
  private static final RlState START =
      RlState.first(KlSettings.of(0.1, KlEstimator.K1, Place.REWARD));

  private static Estimated of(Advantages rule, boolean whiten, Known known) {
    return new AdvantageEstimator(rule, whiten).of(known);
  }

  /** Answers of two tokens, nothing taken off, no critic. */
  private static Estimated ofAnswers(Baseline baseline, int samples, double... rewards) {
    double[][] none = new double[rewards.length][2];
    Known known = new Known(rewards, none, new double[rewards.length][0], samples, START);
    return of(new Advantages.OfAnswer(baseline), false, known);
  }

  private static double[] firsts(Estimated estimated) {
    for (double[] tokens : estimated.advantages()) {
      assertThat(tokens).hasSize(2);
      assertThat(tokens[1]).isEqualTo(tokens[0]);
    }
    return Arrays.stream(estimated.advantages()).mapToDouble(t -> t[0]).toArray();
  }

  @Test
  void tokensByACritic() {
    Known known =
        new Known(
            new double[] {2, NAN},
            new double[][] {{0.1, -0.2, 0.3}, {0.5}},
            new double[][] {{1, 0.5, 0.25}, {0.75}},
            1,
            START);
    // Rewards -0.1, 0.2, 1.7; errors with gamma 1: -0.1+0.5-1, 0.2+0.25-0.5, 1.7-0.25.
    Estimated est = of(new Advantages.Generalised(1, 0.5, false), false, known);
    assertThat(est.advantages()[0])
        .containsExactly(
            new double[] {-0.6 + 0.5 * (-0.05 + 0.5 * 1.45), -0.05 + 0.5 * 1.45, 1.45},
            within(1e-12));
    assertThat(est.returns()[0])
        .containsExactly(
            new double[] {0.4 + 0.5 * (-0.05 + 0.5 * 1.45), 0.45 + 0.5 * 1.45, 1.7}, within(1e-12));
    assertThat(est.advantages()[1]).as("no reward").containsExactly(0);
    assertThat(est.returns()[1]).as("the critic has nothing to learn").containsExactly(0.75);
  }

  @Test
  void rewardLessWhatThePromptIsWorth() {
    Known known =
        new Known(
            new double[] {3, NAN, -1},
            new double[][] {{0.5, 0.25}, {1}, {0, 0}},
            new double[][] {{1}, {2}, {0.5}},
            1,
            START);
    Estimated est = of(new Advantages.OverPrompt(), false, known);
    assertThat(est.advantages()).isDeepEqualTo(new double[][] {{1.25, 1.25}, {0}, {-1.5, -1.5}});
    assertThat(est.returns()).isDeepEqualTo(new double[][] {{2.25}, {2}, {-1}});
  }

  @Test
  void answersByEachBaseline() {
    assertThat(firsts(ofAnswers(new Advantages.None(), 1, 3, -1, NAN))).containsExactly(3, -1, 0);
    assertThat(firsts(ofAnswers(new Advantages.LeaveOneOut(), 3, 1, 2, 6, 4, NAN, 8)))
        .containsExactly(1 - 4, 2 - 3.5, 6 - 1.5, 4 - 8, 0, 8 - 4);
    assertThat(firsts(ofAnswers(new Advantages.GroupMean(), 2, 1, 3, NAN, 5)))
        .containsExactly(-1, 1, 0, 0);
    double deviation = Math.sqrt(2);
    assertThat(
            firsts(ofAnswers(new Advantages.GroupRelative(Advantages.Scale.GROUP), 2, 1, 3, 4, 4)))
        .containsExactly(
            new double[] {-1 / (deviation + 1e-4), 1 / (deviation + 1e-4), 0, 0}, within(1e-12));
    assertThat(
            firsts(ofAnswers(new Advantages.GroupRelative(Advantages.Scale.NONE), 2, 1, 3, 4, 4)))
        .containsExactly(-1, 1, 0, 0);
  }

  /** The first rollout is held against its own mean, each other one against those before. */
  @Test
  void aMovingAverageGoesFromRolloutToRollout() {
    Baseline moving = new Advantages.Moving(0.5);
    Estimated first = ofAnswers(moving, 1, 2, 4, NAN);
    assertThat(firsts(first)).containsExactly(-1, 1, 0);
    assertThat(first.state().baseline()).isEqualTo(3);
    Known second =
        new Known(new double[] {9}, new double[1][2], new double[1][0], 1, first.state());
    Estimated then = of(new Advantages.OfAnswer(moving), false, second);
    assertThat(firsts(then)).containsExactly(6);
    // The newer weighs twice as much as the older: 1 to 0.5.
    assertThat(then.state().baseline()).isCloseTo((3 * 0.5 + 9) / 1.5, within(1e-12));
    Known none = new Known(new double[] {NAN}, new double[1][2], new double[1][0], 1, then.state());
    Estimated nothing = of(new Advantages.OfAnswer(moving), false, none);
    assertThat(firsts(nothing)).containsExactly(0);
    assertThat(nothing.state()).isEqualTo(then.state());
  }

  @Test
  void noRewardAtAllIsNoNumberThatIsNone() {
    for (Baseline baseline :
        new Baseline[] {
          new Advantages.None(),
          new Advantages.Moving(0.9),
          new Advantages.LeaveOneOut(),
          new Advantages.GroupMean(),
          new Advantages.GroupRelative(Advantages.Scale.GROUP),
          new Advantages.GroupRelative(Advantages.Scale.BATCH)
        }) {
      Estimated est = ofAnswers(baseline, 2, NAN, NAN);
      assertThat(firsts(est)).as("%s", baseline).containsExactly(0, 0);
      assertThat(est.state()).isEqualTo(START);
    }
  }

  /** Over the tokens of answers that have a reward, and those alone. */
  @Test
  void whiteningLeavesOutWhatHasNoReward() {
    Known known =
        new Known(
            new double[] {1, NAN, 4},
            new double[][] {{0, 0}, {0, 0, 0}, {0}},
            new double[3][0],
            1,
            START);
    double[][] white = of(new Advantages.OfAnswer(new Advantages.None()), true, known).advantages();
    // 1, 1, 4: mean 2, sample deviation sqrt(3).
    double unit = 1 / Math.sqrt(3);
    assertThat(white[0]).containsExactly(new double[] {-unit, -unit}, within(1e-7));
    assertThat(white[1]).containsExactly(0, 0, 0);
    assertThat(white[2]).containsExactly(new double[] {2 * unit}, within(1e-7));
  }

  /** A single token has no spread, and no number comes out that is none. */
  @Test
  void aSingleTokenIsWhitenedToNothing() {
    Known known =
        new Known(new double[] {3}, new double[][] {{0.5}}, new double[][] {{1}}, 1, START);
    Estimated est = of(new Advantages.Generalised(1, 0.95, true), true, known);
    assertThat(est.advantages()).isDeepEqualTo(new double[][] {{0}});
    assertThat(est.returns()).isDeepEqualTo(new double[][] {{2.5}});
  }
}
