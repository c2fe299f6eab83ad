package dev.fettle.models.generate;

import java.util.Arrays;

/**
 * A generated sequence.
 *
 * @param ids the new tokens, the prompt's not among them
 * @param logProbs of each token under the model's own distribution: before repetition penalty,
 *     temperature and filters. What scoring the sequence gives, and what policy-gradient methods
 *     call its log-probabilities
 * @param samplingLogProbs of each token under the distribution it was drawn from, after all of
 *     these; 0 where the likeliest was taken
 * @param reason why it was over
 */
@SuppressWarnings("ArrayRecordComponent") // equality is defined below; the arrays are handed over
public record Generation(int[] ids, float[] logProbs, float[] samplingLogProbs, StopReason reason) {

  /** Checks that each token has its log-probabilities. */
  public Generation {
    if (logProbs.length != ids.length || samplingLogProbs.length != ids.length) {
      throw new IllegalArgumentException(ids.length + " tokens need as many log-probabilities");
    }
  }

  /** True where it came to an end by itself, false where it ran into the limit. */
  public boolean stopped() {
    return reason != StopReason.LIMIT;
  }

  /** The log-probability of all new tokens under the model's own distribution. */
  public double logProb() {
    double sum = 0;
    for (float p : logProbs) {
      sum += p;
    }
    return sum;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Generation g
        && g.reason == reason
        && Arrays.equals(g.ids, ids)
        && Arrays.equals(g.logProbs, logProbs)
        && Arrays.equals(g.samplingLogProbs, samplingLogProbs);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(ids);
  }

  @Override
  public String toString() {
    return Arrays.toString(ids) + (stopped() ? "" : "...");
  }
}
