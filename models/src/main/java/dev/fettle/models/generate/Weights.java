package dev.fettle.models.generate;

/**
 * The weights of all tokens where none is left out: each its probability times a common factor, 1
 * for the likeliest. Sums of stretches are kept, so that a draw looks into one of them only.
 */
final class Weights {
  private static final int STRETCH = 64;

  private final double[] weights;
  private final double[] sums;
  private double total;

  /** For so many tokens. */
  Weights(int vocab) {
    weights = new double[vocab];
    sums = new double[(vocab + STRETCH - 1) / STRETCH];
  }

  /**
   * Weighs all tokens at a temperature. The largest logit is subtracted first: divided by a
   * temperature of 1e-308 it would be infinite.
   *
   * @return the sum of the weights
   */
  double weigh(float[] logits, float largest, double temperature) {
    total = 0;
    for (int s = 0; s < sums.length; s++) {
      int to = Math.min(logits.length, (s + 1) * STRETCH);
      double sum = 0;
      for (int i = s * STRETCH; i < to; i++) {
        double weight = Exponentials.exp(((double) logits[i] - largest) / temperature);
        weights[i] = weight;
        sum += weight;
      }
      sums[s] = sum;
      total += sum;
    }
    return total;
  }

  /** The probability of a token. */
  double share(int id) {
    return weights[id] / total;
  }

  /**
   * The token at a place between 0 and 1, by inversion in the order of the ids; never one without
   * weight.
   */
  int at(double uniform) {
    double left = uniform * total;
    int stretch = 0;
    while (stretch < sums.length - 1 && left >= sums[stretch]) {
      left -= sums[stretch++];
    }
    int to = Math.min(weights.length, (stretch + 1) * STRETCH);
    for (int i = stretch * STRETCH; i < to; i++) {
      left -= weights[i];
      if (left < 0) {
        return i;
      }
    }
    // Rounding has left a little over.
    int last = to - 1;
    while (last > 0 && weights[last] == 0) {
      last--;
    }
    return last;
  }
}
