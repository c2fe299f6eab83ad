package dev.fettle.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

class WatchTest {
  private static Evaluations seen(Watch watch, double... values) {
    Evaluations seen = Evaluations.NONE;
    for (int i = 0; i < values.length; i++) {
      seen = watch.after(seen, 10L * (i + 1), Map.of("loss", values[i]));
    }
    return seen;
  }

  private static Watch least(int patience, double minDelta) {
    return new Watch("eval_loss", true, true, patience, minDelta);
  }

  @Test
  void theLeastIsBest() {
    Evaluations seen = seen(least(0, 0), 3, 1, 2, 1);
    assertThat(seen.best()).isEqualTo(new Evaluations.Best("eval_loss", 1, 20));
    assertThat(seen.last()).isEqualTo(40);
    assertThat(least(0, 0).exhausted(seen)).isFalse();
  }

  @Test
  void orTheMost() {
    Evaluations seen = seen(new Watch("eval_loss", false, true, 0, 0), 3, 1, 5, 2);
    assertThat(seen.best()).isEqualTo(new Evaluations.Best("eval_loss", 5, 30));
  }

  @Test
  void patienceEndsAfterSoManyWithoutAGain() {
    assertThat(least(2, 0).exhausted(seen(least(2, 0), 3, 2, 2.5))).isFalse();
    assertThat(least(2, 0).exhausted(seen(least(2, 0), 3, 2, 2.5, 2))).isTrue();
    assertThat(least(2, 0).exhausted(seen(least(2, 0), 3, 2, 2.5, 1.9, 1.95))).isFalse();
  }

  @Test
  void smallGainsCountTogether() {
    // Each less than minDelta, together more.
    assertThat(seen(least(5, 0.25), 3, 2.9, 2.8).waited()).isEqualTo(2);
    assertThat(seen(least(5, 0.25), 3, 2.9, 2.8, 2.7).waited()).isZero();
    // The best is the best all the same.
    assertThat(seen(least(5, 0.25), 3, 2.9).best())
        .isEqualTo(new Evaluations.Best("eval_loss", 2.9, 20));
  }

  @Test
  void whatIsNoNumberIsNeverBest() {
    assertThat(seen(least(1, 0), Double.NaN).best()).isNull();
    Evaluations seen = seen(least(3, 0), Double.NaN, 2, Double.NaN, Double.NaN);
    assertThat(seen.best()).isEqualTo(new Evaluations.Best("eval_loss", 2, 20));
    assertThat(seen.waited()).isEqualTo(2);
    // Infinity may be: it is the only one so far.
    assertThat(seen(least(3, 0), Double.POSITIVE_INFINITY, 2).best())
        .isEqualTo(new Evaluations.Best("eval_loss", 2, 20));
  }

  @Test
  void anotherMetricBeginsAnew() {
    Evaluations before = seen(least(2, 0), 1, 2);
    Watch accuracy = new Watch("eval_mean_token_accuracy", false, true, 2, 0);
    Evaluations after = accuracy.after(before, 30, Map.of("loss", 9.0, "mean_token_accuracy", .5));
    assertThat(after)
        .isEqualTo(
            new Evaluations(30, new Evaluations.Best("eval_mean_token_accuracy", .5, 30), .5, 0));
  }

  @Test
  void anUnknownMetricNamesThoseThereAre() {
    assertThatThrownBy(
            () ->
                new Watch("eval_f1", false, true, 0, 0)
                    .after(Evaluations.NONE, 1, Map.of("loss", 1.0, "entropy", 2.0)))
        .isInstanceOf(Watch.UnknownMetricException.class)
        .hasMessage("is eval_f1, but the evaluation gives eval_entropy, eval_loss");
  }
}
