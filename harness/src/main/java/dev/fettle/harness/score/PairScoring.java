package dev.fettle.harness.score;

import dev.fettle.data.Example;
import dev.fettle.data.preference.PreferencePair;
import dev.fettle.harness.score.EncodedRows.EncodedRow;
import dev.fettle.models.head.RewardScale;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Rewards pairs as they are read, a window of them at a time.
 *
 * @param rows what is scored
 * @param scorer what scores it
 * @param scale that rewards are counted on, if any
 */
public record PairScoring(
    EncodedRows<PreferencePair> rows, RewardScorer scorer, Optional<RewardScale> scale) {

  /**
   * Scores all pairs.
   *
   * @param listener given each row's rewards, in order, on the scale; NaN where training would drop
   *     it
   * @return the same as the model gives them: its probabilities are made of these
   */
  public List<PairRewards> run(Consumer<PairRewards> listener) {
    List<PairRewards> all = new ArrayList<>();
    for (List<EncodedRow<PreferencePair>> some = RowScoring.window(rows, RowScoring.WINDOW);
        !some.isEmpty();
        some = RowScoring.window(rows, RowScoring.WINDOW)) {
      for (PairRewards pair : rewards(some)) {
        listener.accept(scaled(pair));
        all.add(pair);
      }
    }
    return all;
  }

  private List<PairRewards> rewards(List<EncodedRow<PreferencePair>> some) {
    List<Example> answers = new ArrayList<>();
    for (EncodedRow<PreferencePair> row : some) {
      row.example()
          .ifPresent(
              pair -> {
                answers.add(pair.chosen());
                answers.add(pair.rejected());
              });
    }
    float[] rewards = scorer.score(answers);
    List<PairRewards> pairs = new ArrayList<>();
    int n = 0;
    for (EncodedRow<PreferencePair> row : some) {
      if (row.example().isEmpty()) {
        pairs.add(new PairRewards(Double.NaN, Double.NaN, 0));
      } else {
        pairs.add(new PairRewards(rewards[n], rewards[n + 1], row.example().get().margin()));
        n += 2;
      }
    }
    return pairs;
  }

  private PairRewards scaled(PairRewards pair) {
    return scale
        .map(s -> new PairRewards(s.of(pair.chosen()), s.of(pair.rejected()), pair.margin()))
        .orElse(pair);
  }
}
