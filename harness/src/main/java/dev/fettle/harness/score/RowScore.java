package dev.fettle.harness.score;

/**
 * How likely a model finds the target tokens of a row.
 *
 * @param logprobs natural logarithm of each target's probability given all tokens before it
 */
@SuppressWarnings("ArrayRecordComponent") // thousands of rows pass through; compared by nobody
public record RowScore(float[] logprobs) {

  /** How many tokens are scored. */
  public int numTokens() {
    return logprobs.length;
  }

  /** Their log-probability together. */
  public double logprob() {
    double sum = 0;
    for (float value : logprobs) {
      sum += value;
    }
    return sum;
  }
}
