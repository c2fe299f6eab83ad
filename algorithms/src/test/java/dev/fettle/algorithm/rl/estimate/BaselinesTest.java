package dev.fettle.algorithm.rl.estimate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fettle.data.Seeds;
import dev.fettle.models.random.RandomStream;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class BaselinesTest {
  private static final double NAN = Double.NaN;
  private static final int TRIALS = 50;
  private final Seeds seeds = Seeds.draw();

  @Test
  void byHand() {
    double[] group = {1, 0, 5};
    Numbers.close("leave one out", Baselines.leaveOneOut(group), 1 - 2.5, 0 - 3, 5 - 0.5);
    Numbers.close("mean", Baselines.groupMean(group), -1, -2, 3);
    double deviation = Math.sqrt(7);
    Numbers.close(
        "relative",
        Baselines.groupRelative(group, 0.5),
        -1 / (deviation + 0.5),
        -2 / (deviation + 0.5),
        3 / (deviation + 0.5));
  }

  /** Unscored answers change nothing for the others, and have no advantage of their own. */
  @Test
  void unscored() {
    double[] group = {NAN, 1, 0, NAN, 5};
    double[] scored = {1, 0, 5};
    same(Baselines.leaveOneOut(group), Baselines.leaveOneOut(scored));
    same(Baselines.groupMean(group), Baselines.groupMean(scored));
    same(Baselines.groupRelative(group, 1e-4), Baselines.groupRelative(scored, 1e-4));
  }

  private static void same(double[] actual, double[] scored) {
    assertThat(actual).containsExactly(0, scored[0], scored[1], 0, scored[2]);
  }

  /** Too few scored answers say nothing about each other. */
  @Test
  void fewScored() {
    for (double[] group : new double[][] {{}, {3}, {NAN}, {NAN, NAN}, {NAN, 3, NAN}, {3, NAN}}) {
      assertThat(Baselines.leaveOneOut(group)).containsOnly(new double[group.length]);
      assertThat(Baselines.groupMean(group)).containsOnly(new double[group.length]);
      assertThat(Baselines.groupRelative(group, 0)).containsOnly(new double[group.length]);
      assertThat(Baselines.batchRelative(new double[][] {group}, 0)[0])
          .containsOnly(new double[group.length]);
    }
  }

  /** Exactly 0, and nothing is divided by 0, also of numbers whose sums are rounded. */
  @Test
  void equalRewards() {
    for (double reward : new double[] {0, 1, 0.1, -1e9, 1 / 3.0}) {
      double[] group = new double[7];
      Arrays.fill(group, reward);
      assertThat(Baselines.leaveOneOut(group)).containsOnly(0);
      assertThat(Baselines.groupMean(group)).containsOnly(0);
      assertThat(Baselines.groupRelative(group, 1e-4)).containsOnly(0);
      assertThat(Baselines.groupRelative(group, 0)).containsOnly(0);
      assertThat(Baselines.batchRelative(new double[][] {group, group}, 0)[1]).containsOnly(0);
    }
  }

  @Test
  void properties() {
    RandomStream stream = seeds.stream(1);
    for (int trial = 0; trial < TRIALS; trial++) {
      int n = 2 + stream.nextInt(8);
      double[] group = Numbers.random(stream, n);
      double[] leftOut = Baselines.leaveOneOut(group);
      double[] moved = Arrays.stream(group).map(r -> r + 1000).toArray();
      Numbers.close(seeds + ": sum", Arrays.stream(leftOut).sum(), 0);
      Numbers.close(seeds + ": moved", Baselines.leaveOneOut(moved), leftOut);
      double[] mean = Baselines.groupMean(group);
      Numbers.close(
          seeds + ": a mean with itself",
          Arrays.stream(mean).map(a -> a * n / (n - 1)).toArray(),
          leftOut);
      double[] relative = Baselines.groupRelative(group, 0);
      Numbers.close(
          seeds + ": deviation", Arrays.stream(relative).map(a -> a * a).sum() / (n - 1), 1);
      for (int i = 0; i < n; i++) {
        double others = (Arrays.stream(group).sum() - group[i]) / (n - 1);
        Numbers.close(seeds + ": others", leftOut[i], group[i] - others);
      }
    }
  }

  /** Groups keep their own means; the deviation is of all rewards together. */
  @Test
  void overTheBatch() {
    double[][] groups = {{0, 2}, {10, 11, NAN}};
    double[] all = {0, 2, 10, 11};
    double mean = 5.75;
    double deviation = Math.sqrt(Arrays.stream(all).map(r -> (r - mean) * (r - mean)).sum() / 3);
    double[][] actual = Baselines.batchRelative(groups, 0);
    Numbers.close("first", actual[0], -1 / deviation, 1 / deviation);
    Numbers.close("second", actual[1], -0.5 / deviation, 0.5 / deviation, 0);
  }
}
