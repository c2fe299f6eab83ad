package dev.fettle.algorithm.rl.estimate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.fettle.data.Seeds;
import dev.fettle.models.random.RandomStream;
import org.junit.jupiter.api.Test;

/** Estimates of the distance, and what it costs. */
class KlTest {
  private final Seeds seeds = Seeds.draw();

  @Test
  void byHand() {
    assertThat(KlEstimator.K1.of(-0.5)).isEqualTo(-0.5);
    assertThat(KlEstimator.K2.of(-0.5)).isEqualTo(0.125);
    Numbers.close("k3", KlEstimator.K3.of(-0.5), Math.exp(0.5) - 1.5);
    Numbers.close("k3", KlEstimator.K3.of(2), Math.exp(-2) + 1);
  }

  /** Near 0 the exponential alone would lose all digits; there k3 is k2. */
  @Test
  void nearNothing() {
    for (double x : new double[] {1e-6, -1e-6, 1e-7, -1e-7}) {
      assertThat(KlEstimator.K3.of(x) / KlEstimator.K2.of(x)).isCloseTo(1, within(1e-6));
    }
    for (KlEstimator k : KlEstimator.values()) {
      assertThat(k.of(0)).isZero();
      assertThat(k.of(Double.NaN)).isNaN();
    }
    RandomStream stream = seeds.stream(1);
    for (int i = 0; i < 1000; i++) {
      double x = (stream.nextDouble() - 0.5) * Math.pow(10, -stream.nextInt(20));
      assertThat(KlEstimator.K3.of(x)).as("%s: %s", seeds, x).isNotNegative();
    }
  }

  /** Over all tokens of two distributions, k1 and k3 are the distance itself, k2 is near it. */
  @Test
  void expectation() {
    RandomStream stream = seeds.stream(2);
    double[] policy = distribution(stream, 6);
    double[] reference = distribution(stream, 6);
    double[] expected = new double[3];
    double kl = 0;
    for (int i = 0; i < policy.length; i++) {
      double x = Math.log(policy[i] / reference[i]);
      kl += policy[i] * x;
      for (KlEstimator k : KlEstimator.values()) {
        expected[k.ordinal()] += policy[i] * k.of(x);
      }
    }
    Numbers.close(seeds + ": k1", expected[0], kl);
    Numbers.close(seeds + ": k3", expected[2], kl);
    assertThat(expected[1]).as(seeds.toString()).isCloseTo(kl, within(0.3 * kl));
  }

  private static double[] distribution(RandomStream stream, int n) {
    double[] p = new double[n];
    double sum = 0;
    for (int i = 0; i < n; i++) {
      p[i] = 1 + 0.2 * stream.nextDouble();
      sum += p[i];
    }
    for (int i = 0; i < n; i++) {
      p[i] /= sum;
    }
    return p;
  }

  @Test
  void fixed() {
    KlController fixed = new FixedKl(0.05);
    assertThat(fixed.after(100, 10).coefficient()).isEqualTo(0.05);
  }

  @Test
  void adaptive() {
    AdaptiveKl start = new AdaptiveKl(0.1, 2, 100);
    assertThat(start.after(2, 50)).isEqualTo(start);
    Numbers.close("a little far", start.after(2.2, 50).coefficient(), 0.1 * (1 + 0.1 * 0.5));
    Numbers.close("too far", start.after(1000, 50).coefficient(), 0.1 * 1.1);
    Numbers.close("near", start.after(0, 50).coefficient(), 0.1 * 0.9);
    Numbers.close("negative", start.after(-5, 50).coefficient(), 0.1 * 0.9);
    assertThat(start.after(Double.NaN, 50)).isEqualTo(start);
    // More answers than the horizon never turn the sign.
    Numbers.close("at once", start.after(0, 100_000).coefficient(), 0.1 * 0.8);
    assertThat(start.after(0, 50).after(0, 50).coefficient())
        .isLessThan(start.after(0, 50).coefficient());
    assertThatThrownBy(() -> new AdaptiveKl(0.1, 0, 100)).hasMessageContaining("target");
    assertThatThrownBy(() -> new AdaptiveKl(0.1, 1, 0)).hasMessageContaining("horizon");
  }
}
