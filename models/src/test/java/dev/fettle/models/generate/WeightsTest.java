package dev.fettle.models.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class WeightsTest {
  private static float[] logits(int vocab, long seed) {
    Random random = new Random(seed);
    float[] logits = new float[vocab];
    for (int i = 0; i < vocab; i++) {
      logits[i] = (float) random.nextGaussian() * 3;
    }
    return logits;
  }

  private static float largest(float[] logits) {
    float largest = logits[0];
    for (float logit : logits) {
      largest = Math.max(largest, logit);
    }
    return largest;
  }

  /** By inversion over all tokens, one after the other. */
  private static int plain(float[] logits, double temperature, double uniform) {
    double total = 0;
    for (float logit : logits) {
      total += Math.exp((logit - (double) largest(logits)) / temperature);
    }
    double left = uniform * total;
    for (int i = 0; i < logits.length; i++) {
      left -= Math.exp((logits[i] - (double) largest(logits)) / temperature);
      if (left < 0) {
        return i;
      }
    }
    throw new AssertionError("nothing drawn at " + uniform);
  }

  @Test
  void drawsAsInversionOverAllTokensDoes() {
    for (int vocab : new int[] {1, 63, 64, 65, 300}) {
      float[] logits = logits(vocab, vocab);
      Random random = new Random(2);
      Weights weights = new Weights(vocab);
      for (double temperature : new double[] {0.3, 1, 2}) {
        weights.weigh(logits, largest(logits), temperature);
        for (int i = 0; i < 500; i++) {
          double uniform = random.nextDouble();
          assertThat(weights.at(uniform)).isEqualTo(plain(logits, temperature, uniform));
        }
      }
    }
  }

  @Test
  void sharesAddUpToOne() {
    float[] logits = logits(1000, 3);
    Weights weights = new Weights(1000);
    weights.weigh(logits, largest(logits), 0.7);
    double sum = 0;
    for (int id = 0; id < 1000; id++) {
      sum += weights.share(id);
    }
    assertThat(sum).isCloseTo(1, within(1e-12));
  }

  @Test
  void neverDrawsWhatHasNoWeight() {
    float[] logits = new float[200];
    Arrays.fill(logits, Float.NEGATIVE_INFINITY);
    logits[70] = 1;
    logits[130] = 1;
    Weights weights = new Weights(200);
    weights.weigh(logits, 1, 1);
    assertThat(weights.at(0)).isEqualTo(70);
    assertThat(weights.at(0.499)).isEqualTo(70);
    assertThat(weights.at(0.5)).isEqualTo(130);
    assertThat(weights.at(Math.nextDown(1.0))).isEqualTo(130);
  }
}
