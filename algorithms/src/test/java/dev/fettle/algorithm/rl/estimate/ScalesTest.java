package dev.fettle.algorithm.rl.estimate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fettle.algorithm.rl.estimate.Whitening.Deviation;
import dev.fettle.data.Seeds;
import dev.fettle.models.random.RandomStream;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Whitening, running moments and averages, and explained variance. */
class ScalesTest {
  private final Seeds seeds = Seeds.draw();

  /** Nothing is NaN where there is no spread. */
  @Test
  void whiteningWithoutSpread() {
    for (Deviation deviation : Deviation.values()) {
      Whitening shifted = new Whitening(deviation, true);
      Whitening kept = new Whitening(deviation, false);
      assertThat(shifted.of(new double[][] {{0.1, 0.1}, {0.1}})).isDeepEqualTo(zeros(2, 1));
      assertThat(kept.of(new double[][] {{0.1, 0.1}, {0.1}})[0]).containsOnly(0.1);
      assertThat(shifted.of(new double[][] {{7}})[0]).containsExactly(0);
      assertThat(kept.of(new double[][] {{7}})[0]).containsExactly(7);
      assertThat(shifted.of(new double[][] {{}, {}})).hasDimensions(2, 0);
      assertThat(shifted.of(new double[0][])).isEmpty();
    }
  }

  private static double[][] zeros(int... lengths) {
    return Arrays.stream(lengths).mapToObj(double[]::new).toArray(double[][]::new);
  }

  /** All rows count by their tokens, and the input stays as it was. */
  @Test
  void whiteningIsOverAllTokens() {
    double[][] rows = {{1, 2, 3}, {10}};
    double[][] white = new Whitening(Deviation.POPULATION, true).of(rows);
    double scale = 1 / Math.sqrt(12.5 + 1e-8);
    Numbers.close("first", white[0], -3 * scale, -2 * scale, -1 * scale);
    Numbers.close("second", white[1], 6 * scale);
    assertThat(rows[0]).containsExactly(1, 2, 3);
    double[][] kept = new Whitening(Deviation.SAMPLE, false).of(rows);
    Numbers.close("kept", kept[1], 4 + 6 / Math.sqrt(50 / 3.0 + 1e-8));
  }

  /** As an exponential average whose weights are divided by their sum. */
  @Test
  void movingAverage() {
    RandomStream stream = seeds.stream(1);
    for (double decay : new double[] {0, 0.5, 0.9, 0.999, 1}) {
      double[] means = Numbers.random(stream, 20);
      double average = Double.NaN;
      for (int n = 0; n < means.length; n++) {
        average = new MovingAverage(decay).next(average, n, means[n]);
        double sum = 0;
        double weights = 0;
        for (int k = 0; k <= n; k++) {
          sum += Math.pow(decay, n - k) * means[k];
          weights += Math.pow(decay, n - k);
        }
        Numbers.close(seeds + ": decay " + decay, average, sum / weights);
      }
    }
    assertThat(new MovingAverage(0.9).next(3, 5, Double.NaN)).isEqualTo(3);
    assertThat(new MovingAverage(0.9).next(0, 0, 5)).isEqualTo(5);
    assertThatThrownBy(() -> new MovingAverage(1.5)).hasMessageContaining("decay");
  }

  @Test
  void runningMoments() {
    double[] values = {2, Double.NaN, 4, 9};
    RunningMoments moments =
        RunningMoments.NONE.plus(new double[] {2}).plus(new double[0]).plus(new double[] {4, 9});
    assertThat(RunningMoments.NONE.plus(values)).isEqualTo(new RunningMoments(5, 26, 3));
    Numbers.close("mean", moments.mean(), 5);
    Numbers.close("deviation", moments.deviation(), Math.sqrt(13));
    assertThat(moments.plus(new double[] {Double.NaN})).isEqualTo(moments);
    Numbers.close("shifted", moments.normalised(9, true), 4 / Math.sqrt(13));
    Numbers.close("divided", moments.normalised(9, false), 9 / Math.sqrt(13));
    assertThat(moments.normalised(Double.NaN, true)).isNaN();
    RunningMoments alike = RunningMoments.NONE.plus(new double[] {0.1, 0.1, 0.1});
    assertThat(alike.deviation()).isZero();
    assertThat(alike.normalised(0.1, true)).isZero();
    assertThat(alike.normalised(0.1, false)).isEqualTo(0.1);
    assertThat(RunningMoments.NONE.deviation()).isZero();
  }

  @Test
  void explainedVariance() {
    double[][] returns = {{1, 2}, {3, 6}};
    assertThat(ExplainedVariance.of(returns, returns)).isEqualTo(1);
    assertThat(ExplainedVariance.of(returns, new double[][] {{4, 4}, {4, 4}})).isZero();
    // Off by a constant is no variance; doubled distances are worse than nothing.
    Numbers.close("offset", ExplainedVariance.of(returns, new double[][] {{2, 3}, {4, 7}}), 1);
    Numbers.close(
        "wrong way", ExplainedVariance.of(returns, new double[][] {{-1, -2}, {-3, -6}}), -3);
    // Var(R) = 14 / 4; R - V = 1, 0, 1, 2 has a variance of 2 / 4.
    Numbers.close(
        "some", ExplainedVariance.of(returns, new double[][] {{0, 2}, {2, 4}}), 1 - 2 / 14.0);
    assertThat(ExplainedVariance.of(new double[][] {{0.1, 0.1, 0.1}}, new double[][] {{1, 2, 3}}))
        .isNaN();
    assertThat(ExplainedVariance.of(new double[0][], new double[0][])).isNaN();
    assertThatThrownBy(() -> ExplainedVariance.of(returns, new double[][] {{1}, {2}}))
        .hasMessageContaining("a value for each");
    assertThatThrownBy(() -> ExplainedVariance.of(returns, new double[][] {{1, 2}}))
        .hasMessageContaining("a value for each");
  }
}
