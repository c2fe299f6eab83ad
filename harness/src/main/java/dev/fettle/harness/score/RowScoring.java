package dev.fettle.harness.score;

import dev.fettle.harness.score.EncodedRows.EncodedRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Scores rows as they are read. A window of them is held at a time: enough to be packed well, and
 * no more however many there are.
 *
 * @param rows what is scored
 * @param scorer what scores it
 * @param window tokens of a window
 */
public record RowScoring(EncodedRows rows, Scorer scorer, int window) {

  /** Tokens of a window: packed, they fill many forwards. */
  public static final int WINDOW = 64 * Scorer.TOKENS;

  /** A row counts as at least so many tokens, since it takes room without any. */
  private static final int LEAST = 16;

  /**
   * Scores all rows.
   *
   * @param listener given each row's scores, in order
   * @throws IllegalStateException if they are being scored already, or are closed
   */
  public ScoreSummary run(Consumer<RowScore> listener) {
    return rows.guard().call(() -> score(listener));
  }

  private ScoreSummary score(Consumer<RowScore> listener) {
    ScoreSummary summary = ScoreSummary.NONE;
    for (List<EncodedRow> some = window(rows, window);
        !some.isEmpty();
        some = window(rows, window)) {
      float[][] scores = scorer.score(some.stream().map(EncodedRow::example).toList());
      for (int i = 0; i < scores.length; i++) {
        RowScore score = new RowScore(scores[i]);
        listener.accept(score);
        summary = summary.plus(score, some.get(i).truncated());
      }
    }
    return summary;
  }

  /** The next rows of about so many tokens together; none after the last. */
  static List<EncodedRow> window(EncodedRows rows, int window) {
    List<EncodedRow> some = new ArrayList<>();
    long tokens = 0;
    while (tokens < window) {
      Optional<EncodedRow> row = rows.next();
      if (row.isEmpty()) {
        break;
      }
      some.add(row.get());
      tokens += Math.max(LEAST, row.get().example().length());
    }
    return some;
  }
}
