package dev.fettle.bestof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

/** The estimator against what it stands for: the mean over all subsets. */
class BestOfCurveTest {

  /** The mean over all subsets of n of the worth of their best, of several best the mean. */
  private static double enumerated(double[] rewards, double[] worth, int n) {
    List<Double> all = new ArrayList<>();
    for (int set = 0; set < 1 << rewards.length; set++) {
      if (Integer.bitCount(set) != n) {
        continue;
      }
      double most = Double.NEGATIVE_INFINITY;
      for (int i = 0; i < rewards.length; i++) {
        most = (set >> i & 1) == 1 ? Math.max(most, rewards[i]) : most;
      }
      List<Double> best = new ArrayList<>();
      for (int i = 0; i < rewards.length; i++) {
        if ((set >> i & 1) == 1 && rewards[i] == most) {
          best.add(worth[i]);
        }
      }
      all.add(best.stream().mapToDouble(d -> d).average().orElseThrow());
    }
    return all.stream().mapToDouble(d -> d).average().orElseThrow();
  }

  @Test
  void smallCasesByHand() {
    double[] own = {3, 1, 2};
    // n = 2: the subsets have the best 3, 3 and 2.
    assertThat(BestOfCurve.of(own, own))
        .containsExactly(new double[] {2, 8 / 3.0, 3}, within(1e-15));
    double[] gold = {10, 0, 40};
    assertThat(BestOfCurve.of(own, gold))
        .containsExactly(new double[] {50 / 3.0, 20, 10}, within(1e-14));
    assertThat(BestOfCurve.of(new double[] {5}, new double[] {7})).containsExactly(7);
  }

  @Test
  void equalsTheMeanOverAllSubsets() {
    Random random = new Random(5);
    for (int round = 0; round < 60; round++) {
      int all = 1 + random.nextInt(10);
      boolean ties = round % 2 == 0;
      double[] rewards = random.doubles(all).map(d -> ties ? Math.floor(3 * d) : d).toArray();
      double[] worth = random.doubles(all, -5, 5).toArray();
      for (double[] by : List.of(rewards, worth)) {
        double[] curve = BestOfCurve.of(rewards, by);
        for (int n = 1; n <= all; n++) {
          assertThat(curve[n - 1])
              .as("n = %d of %s by %s", n, Arrays.toString(by), Arrays.toString(rewards))
              .isCloseTo(enumerated(rewards, by, n), within(1e-12));
        }
      }
    }
  }

  @Test
  void isPassAtKForRewardsOfZeroAndOne() {
    // 1 - C(N - c, k) / C(N, k) with N = 10, c = 3: k = 2 gives 1 - 21/45.
    double[] solved = {0, 1, 0, 0, 1, 0, 0, 1, 0, 0};
    double[] curve = BestOfCurve.of(solved, solved);
    assertThat(curve[0]).isCloseTo(0.3, within(1e-15));
    assertThat(curve[1]).isCloseTo(1 - 21 / 45.0, within(1e-15));
    assertThat(curve[9]).isEqualTo(1);
  }

  @Test
  void staysExactForManyAnswers() {
    int all = 4000;
    double[] rewards = DoubleStream.iterate(1, d -> d + 1).limit(all).toArray();
    double[] curve = BestOfCurve.of(rewards, rewards);
    // The expected maximum of n of 1..N is n (N + 1) / (n + 1).
    for (int n : new int[] {1, 2, 10, 500, 2000, 3999, 4000}) {
      assertThat(curve[n - 1]).isCloseTo(n * (all + 1.0) / (n + 1), within(1e-8));
    }
    double[] ones = new double[all];
    Arrays.fill(ones, 1);
    assertThat(BestOfCurve.of(rewards, ones)).containsExactly(ones, within(1e-11));
  }

  @Test
  void doesNotDependOnTheOrderOfAnswers() {
    double[] rewards = {2, 1, 2, 0, -0.0};
    double[] worth = {4, 1, 0, 3, 5};
    double[] turned = BestOfCurve.of(new double[] {-0.0, 2, 0, 2, 1}, new double[] {5, 4, 3, 0, 1});
    assertThat(BestOfCurve.of(rewards, worth)).containsExactly(turned, within(1e-15));
  }

  @Test
  void theBoundOnTheDivergence() {
    assertThat(BestOfCurve.klBound(1)).isZero();
    assertThat(BestOfCurve.klBound(2)).isCloseTo(0.1931471805599453, within(1e-15));
    assertThat(BestOfCurve.klBound(8)).isCloseTo(1.2044415416798357, within(1e-15));
  }
}
