package dev.fettle.algorithm.rl.estimate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fettle.data.Seeds;
import dev.fettle.models.random.RandomStream;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class GaeTest {
  private static final int TRIALS = 50;
  private final Seeds seeds = Seeds.draw();

  /**
   * By hand, gamma 0.9 and lambda 0.5: {@code d_2 = 1 - 0.4}, {@code d_1 = 0.9 x 0.4 + 0.1 - 0.3},
   * {@code d_0 = 0.9 x 0.3 - 0.2}.
   */
  @Test
  void byHand() {
    Gae.Estimate e = new Gae(0.9, 0.5).of(new double[] {0, 0.1, 1}, new double[] {0.2, 0.3, 0.4});
    double a2 = 0.6;
    double a1 = 0.16 + 0.45 * a2;
    double a0 = 0.07 + 0.45 * a1;
    Numbers.close("advantages", e.advantages(), a0, a1, a2);
    Numbers.close("returns", e.returns(), a0 + 0.2, a1 + 0.3, a2 + 0.4);
  }

  /** As verl: the token before the tool's is followed by the one behind it. */
  @Test
  void skipsTheToken() {
    double[] rewards = {0, 0.1, 99, 1};
    double[] values = {0.2, 0.3, -99, 0.4};
    boolean[] mask = {true, true, false, true};
    Gae.Estimate e = new Gae(0.9, 0.5).of(rewards, values, mask);
    double a3 = 0.6;
    double a1 = 0.16 + 0.45 * a3;
    double a0 = 0.07 + 0.45 * a1;
    Numbers.close("advantages", e.advantages(), a0, a1, a3, a3);
    assertThat(e.returns()[1]).isEqualTo(e.advantages()[1] + 0.3);
  }

  /** Skipped tokens anywhere: all others are as if these had never been there. */
  @Test
  void skippedTokensAreNotThere() {
    RandomStream stream = seeds.stream(1);
    for (int trial = 0; trial < TRIALS; trial++) {
      int n = 1 + stream.nextInt(12);
      double[] rewards = Numbers.random(stream, n);
      double[] values = Numbers.random(stream, n);
      boolean[] mask = new boolean[n];
      double[] ownRewards = new double[n];
      double[] ownValues = new double[n];
      int own = 0;
      for (int t = 0; t < n; t++) {
        mask[t] = stream.nextInt(3) > 0;
        if (mask[t]) {
          ownRewards[own] = rewards[t];
          ownValues[own++] = values[t];
        }
      }
      Gae gae = new Gae(stream.nextDouble(), stream.nextDouble());
      double[] expected =
          gae.of(Arrays.copyOf(ownRewards, own), Arrays.copyOf(ownValues, own)).advantages();
      double[] all = gae.of(rewards, values, mask).advantages();
      double[] kept = new double[own];
      int k = 0;
      for (int t = 0; t < n; t++) {
        if (mask[t]) {
          kept[k++] = all[t];
        }
      }
      Numbers.close(seeds + ": " + Arrays.toString(mask), kept, expected);
    }
  }

  /** Lambda 1 is the discounted rewards to the end less the value; lambda 0 one difference. */
  @Test
  void ends() {
    RandomStream stream = seeds.stream(2);
    for (int trial = 0; trial < TRIALS; trial++) {
      int n = 1 + stream.nextInt(12);
      double gamma = stream.nextDouble();
      double[] rewards = Numbers.random(stream, n);
      double[] values = Numbers.random(stream, n);
      double[] toTheEnd = new double[n];
      double[] difference = new double[n];
      for (int t = 0; t < n; t++) {
        for (int k = t; k < n; k++) {
          toTheEnd[t] += Math.pow(gamma, k - t) * rewards[k];
        }
        toTheEnd[t] -= values[t];
        difference[t] = rewards[t] + gamma * (t + 1 < n ? values[t + 1] : 0) - values[t];
      }
      Numbers.close(seeds.toString(), new Gae(gamma, 1).of(rewards, values).advantages(), toTheEnd);
      Numbers.close(
          seeds.toString(), new Gae(gamma, 0).of(rewards, values).advantages(), difference);
    }
  }

  @Test
  void edges() {
    Numbers.close(
        "one token", new Gae(1, 0.95).of(new double[] {2}, new double[] {0.5}).advantages(), 1.5);
    assertThat(new Gae(1, 1).of(new double[0], new double[0]).returns()).isEmpty();
    Gae.Estimate none = new Gae(1, 1).of(new double[] {3}, new double[] {4}, new boolean[] {false});
    assertThat(none.advantages()).containsExactly(0);
    assertThatThrownBy(() -> new Gae(1, 1).of(new double[2], new double[3]))
        .hasMessageContaining("2 rewards, 3 values");
    assertThatThrownBy(() -> new Gae(1.1, 0)).hasMessageContaining("gamma");
    assertThatThrownBy(() -> new Gae(1, Double.NaN)).hasMessageContaining("lambda");
  }
}
