package dev.fettle.harness.score;

import dev.fettle.data.Example;
import dev.fettle.harness.score.EncodedRows.EncodedRow;
import dev.fettle.models.head.RewardScale;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleConsumer;

/**
 * Rewards rows as they are read, a window of them at a time.
 *
 * @param rows what is scored
 * @param scorer what scores it
 * @param scale that rewards are counted on, if any
 */
public record RewardScoring(
    EncodedRows<Example> rows, RewardScorer scorer, Optional<RewardScale> scale) {

  /**
   * Scores all rows.
   *
   * @param listener given each row's reward, in order; NaN where a row has none
   */
  public RewardSummary run(DoubleConsumer listener) {
    long count = 0;
    long truncated = 0;
    double mean = 0;
    double squares = 0;
    double least = Double.POSITIVE_INFINITY;
    double most = Double.NEGATIVE_INFINITY;
    for (List<EncodedRow<Example>> some = RowScoring.window(rows, RowScoring.WINDOW);
        !some.isEmpty();
        some = RowScoring.window(rows, RowScoring.WINDOW)) {
      double[] rewards = scaled(scorer.score(RowScoring.examples(some)));
      for (int i = 0; i < rewards.length; i++) {
        listener.accept(rewards[i]);
        truncated += some.get(i).truncated() ? 1 : 0;
        if (!Double.isNaN(rewards[i])) {
          // Welford's running mean and sum of squares.
          double from = rewards[i] - mean;
          mean += from / ++count;
          squares += from * (rewards[i] - mean);
          least = Math.min(least, rewards[i]);
          most = Math.max(most, rewards[i]);
        }
      }
    }
    return new RewardSummary(
        count, count == 0 ? Double.NaN : mean, Math.sqrt(squares / count), least, most, truncated);
  }

  private double[] scaled(float[] rewards) {
    double[] scaled = new double[rewards.length];
    for (int i = 0; i < rewards.length; i++) {
      double reward = rewards[i];
      scaled[i] = scale.map(s -> s.of(reward)).orElse(reward);
    }
    return scaled;
  }
}
