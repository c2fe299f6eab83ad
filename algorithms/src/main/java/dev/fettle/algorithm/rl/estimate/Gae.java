package dev.fettle.algorithm.rl.estimate;

import java.util.Arrays;

/**
 * Generalized advantage estimation (Schulman et al. 2015, 1506.02438) over the tokens of one
 * answer: {@code d_t = r_t + gamma V_(t+1) - V_t}, {@code A_t = d_t + gamma lambda A_(t+1)}, and
 * returns {@code A_t + V_t}. Behind the last token the value is 0: an answer is an episode, also
 * one that was cut.
 *
 * @param gamma what a reward one token later is worth, in [0, 1]
 * @param lambda between the temporal difference of one token (0) and the rewards up to the end (1)
 */
public record Gae(double gamma, double lambda) {

  /**
   * What tokens were worth.
   *
   * @param advantages of each token
   * @param returns of each token, what its value should have been
   */
  @SuppressWarnings("ArrayRecordComponent") // read, never compared
  public record Estimate(double[] advantages, double[] returns) {}

  /** Checks the ranges. */
  public Gae {
    requireShare("gamma", gamma);
    requireShare("lambda", lambda);
  }

  private static void requireShare(String name, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException(name + " must be between 0 and 1, not " + value);
    }
  }

  /**
   * The estimate of one answer.
   *
   * @param rewards of each token
   * @param values what was expected before each token
   */
  public Estimate of(double[] rewards, double[] values) {
    boolean[] all = new boolean[rewards.length];
    Arrays.fill(all, true);
    return of(rewards, values, all);
  }

  /**
   * The estimate of one answer of which some tokens are not the policy's own, as the output of a
   * tool: they are skipped, so that the token before them is followed by the one behind them. What
   * is given at a skipped token is carried from behind it and means nothing there; its reward and
   * value are not read into any other token's.
   *
   * @param rewards of each token
   * @param values what was expected before each token
   * @param mask true for the policy's own tokens
   */
  public Estimate of(double[] rewards, double[] values, boolean[] mask) {
    int n = rewards.length;
    if (values.length != n || mask.length != n) {
      throw new IllegalArgumentException(
          "%d rewards, %d values and %d places of the mask; there must be one of each for a token"
              .formatted(n, values.length, mask.length));
    }
    double[] advantages = new double[n];
    double[] returns = new double[n];
    double next = 0;
    double advantage = 0;
    for (int t = n - 1; t >= 0; t--) {
      if (mask[t]) {
        double difference = rewards[t] + gamma * next - values[t];
        advantage = difference + gamma * lambda * advantage;
        next = values[t];
      }
      advantages[t] = advantage;
      returns[t] = advantage + values[t];
    }
    return new Estimate(advantages, returns);
  }
}
