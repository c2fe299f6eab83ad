package dev.fettle.algorithm.rl;

import dev.fettle.data.Example;
import dev.fettle.data.Sized;
import java.util.Arrays;

/**
 * A sampled answer, ready to be learnt from. Arrays are by the answer's tokens, in order.
 *
 * @param example prompt and answer; the answer's tokens are the targets, what ended it among them
 * @param logProbs under the policy that sampled it
 * @param reference log-probabilities under the reference; empty where none is asked
 * @param values the critic's when it was sampled, by tokens, or one for the whole answer; empty
 *     without a critic
 * @param advantages what is learnt: by how much each token is better than was to be expected
 * @param returns what the critic is to predict, as many as {@code values}
 * @param learnt false for an answer that takes part in nothing, as one without a reward
 */
@SuppressWarnings("ArrayRecordComponent") // equality is defined below; the arrays are handed over
public record Trajectory(
    Example example,
    float[] logProbs,
    float[] reference,
    float[] values,
    float[] advantages,
    float[] returns,
    boolean learnt)
    implements Sized {
  @Override
  public int length() {
    return example.length();
  }

  @Override
  public int targets() {
    return example.targets();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Trajectory t
        && example.equals(t.example)
        && Arrays.equals(logProbs, t.logProbs)
        && Arrays.equals(reference, t.reference)
        && Arrays.equals(values, t.values)
        && Arrays.equals(advantages, t.advantages)
        && Arrays.equals(returns, t.returns)
        && learnt == t.learnt;
  }

  @Override
  public int hashCode() {
    return example.hashCode();
  }

  @Override
  public String toString() {
    return "Trajectory[" + targets() + " tokens after " + (length() - targets()) + "]";
  }
}
