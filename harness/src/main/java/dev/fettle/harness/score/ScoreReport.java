package dev.fettle.harness.score;

import dev.fettle.data.read.DataException;
import dev.fettle.harness.model.LoadedModel;
import java.nio.file.Path;
import java.util.List;

/**
 * The scores of a file of rows, all of them held. For large files there is {@link
 * LoadedModel#score(dev.fettle.harness.config.DataSettings, dev.fettle.data.encode.LossOn,
 * java.util.function.Consumer)}.
 *
 * @param rows one for each row of the input, in its order
 * @param truncated rows cut to what the model takes
 */
public record ScoreReport(List<RowScore> rows, long truncated) {

  /** Copies the list. */
  public ScoreReport {
    rows = List.copyOf(rows);
  }

  /** What they come to. */
  public ScoreSummary summary() {
    double logprob = rows.stream().mapToDouble(RowScore::logprob).sum();
    return new ScoreSummary(rows.size(), tokens(), logprob, truncated);
  }

  /** Tokens scored in all rows. */
  public long tokens() {
    return rows.stream().mapToLong(RowScore::numTokens).sum();
  }

  /** Mean negative log-likelihood of a token; NaN without tokens. */
  public double meanLoss() {
    return summary().meanLoss();
  }

  /** The exponential of the mean loss. */
  public double perplexity() {
    return summary().perplexity();
  }

  /**
   * Writes one JSON object a row: {@code num_tokens}, {@code logprob}, {@code logprobs}. The file
   * appears whole or not at all.
   *
   * @throws DataException if it cannot be written
   */
  public void write(Path file) {
    try (ScoreFile to = new ScoreFile(file)) {
      rows.forEach(to);
      to.finish();
    }
  }
}
