package dev.fettle.harness.score;

/**
 * What the scores of rows come to.
 *
 * @param rows how many there were
 * @param tokens scored in all of them
 * @param logprob of all these tokens together
 * @param truncated rows cut to what the model takes
 */
public record ScoreSummary(long rows, long tokens, double logprob, long truncated) {

  /** Of no rows. */
  static final ScoreSummary NONE = new ScoreSummary(0, 0, 0, 0);

  /** The same with one row more. */
  ScoreSummary plus(RowScore row, boolean wasTruncated) {
    return new ScoreSummary(
        rows + 1,
        tokens + row.numTokens(),
        logprob + row.logprob(),
        truncated + (wasTruncated ? 1 : 0));
  }

  /** Mean negative log-likelihood of a token; NaN without tokens. */
  public double meanLoss() {
    return -logprob / tokens;
  }

  /** The exponential of the mean loss. */
  public double perplexity() {
    return Math.exp(meanLoss());
  }
}
