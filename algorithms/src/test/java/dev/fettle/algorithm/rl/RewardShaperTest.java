package dev.fettle.algorithm.rl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.fettle.algorithm.rl.KlSettings.Place;
import dev.fettle.algorithm.rl.RewardShaper.Shaped;
import dev.fettle.algorithm.rl.Rewarding.Scale;
import dev.fettle.algorithm.rl.estimate.KlEstimator;
import dev.fettle.algorithm.rl.estimate.RunningMoments;
import dev.fettle.models.generate.Generation;
import dev.fettle.models.generate.StopReason;
import dev.fettle.reward.Answer;
import dev.fettle.sample.Completion;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** First the penalty, then the scale, then the clip; what is no reward stays none. */
class RewardShaperTest {
  private static final double NAN = Double.NaN;
  private static final RlState START =
      RlState.first(KlSettings.of(0.1, KlEstimator.K1, Place.REWARD));

  /** As many answers as rewards; each second one was cut. */
  private static Shaped shape(
      double penalty, Scale scale, Optional<Double> clip, RlState state, double... rewards) {
    Completion whole = Answer.of("{\"prompt\": \"p\"}", "a");
    float[] each = new float[3];
    Completion cut =
        new Completion(
            whole.prompt(), 0, "a", new Generation(new int[3], each, each, StopReason.LIMIT));
    List<Completion> answers = new ArrayList<>();
    for (int i = 0; i < rewards.length; i++) {
      answers.add(i % 2 == 0 ? whole : cut);
    }
    Rewarding by = new Rewarding(List.of(), List.of(), penalty, scale, clip, false);
    return new RewardShaper(by).of(answers, rewards, state);
  }

  @Test
  void nothingAskedNothingDone() {
    double[] rewards = {1, -2, NAN};
    Shaped shaped = shape(0, Scale.NONE, Optional.empty(), START, rewards);
    assertThat(shaped.rewards()).containsExactly(1, -2, NAN).isNotSameAs(rewards);
    assertThat(shaped.state()).isEqualTo(START);
  }

  @Test
  void whatWasCutPaysFirst() {
    Shaped shaped = shape(0.5, Scale.NONE, Optional.of(1.0), START, 3, 1.2, NAN, NAN, -2);
    assertThat(shaped.rewards())
        .containsExactly(new double[] {1, 0.7, NAN, NAN, -1}, within(1e-12));
  }

  /** 1, 3 less 1, 6: mean 3, sample deviation sqrt(7). */
  @Test
  void aRolloutIsItsOwnScale() {
    Shaped shaped = shape(1, Scale.BATCH, Optional.of(1.0), START, 1, 3, 6, NAN);
    double unit = Math.sqrt(7);
    assertThat(shaped.rewards())
        .containsExactly(new double[] {-2 / unit, -1 / unit, 1, NAN}, within(1e-12));
    assertThat(shaped.state()).as("it keeps nothing").isEqualTo(START);
  }

  @Test
  void allRolloutsAreTheScale() {
    RlState after = shape(0, Scale.RUNNING, Optional.empty(), START, 1, 2).state();
    assertThat(after.rewards()).isEqualTo(RunningMoments.NONE.plus(new double[] {1, 2}));
    Shaped then = shape(0, Scale.RUNNING, Optional.empty(), after, 6, NAN);
    // 1, 2, 6: mean 3, sample deviation sqrt(7).
    assertThat(then.rewards()).containsExactly(new double[] {3 / Math.sqrt(7), NAN}, within(1e-12));
    assertThat(then.state().rewards().count()).isEqualTo(3);
    assertThat(RlState.read(then.state().written(), KlSettings.of(0.1, KlEstimator.K1, Place.LOSS)))
        .as("as a checkpoint keeps it")
        .isEqualTo(then.state());
  }

  @Test
  void oneRewardOrNoneHasNoScale() {
    for (Scale scale : Scale.values()) {
      Shaped one = shape(0, scale, Optional.empty(), START, 5);
      assertThat(one.rewards()[0]).isEqualTo(scale == Scale.NONE ? 5 : 0);
      Shaped none = shape(1, scale, Optional.of(2.0), START, NAN, NAN);
      assertThat(none.rewards()).containsExactly(NAN, NAN);
      assertThat(none.state()).isEqualTo(START);
    }
  }
}
