package dev.fettle.harness.score;

import dev.fettle.data.Example;
import dev.fettle.data.Sized;
import dev.fettle.data.read.RowOrigin;
import dev.fettle.harness.score.EncodedRows.EncodedRow;
import java.nio.file.Path;
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
public record RowScoring(EncodedRows<Example> rows, Scorer scorer, int window) {

  /** Tokens of a window: packed, they fill many forwards. */
  public static final int WINDOW = 64 * Scorer.TOKENS;

  private static final Example NOTHING =
      new Example(new int[1], new byte[1], new RowOrigin(Path.of("rows"), 1, RowOrigin.Unit.ROW));

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
    for (List<EncodedRow<Example>> some = window(rows, window);
        !some.isEmpty();
        some = window(rows, window)) {
      float[][] scores = scorer.score(examples(some));
      for (int i = 0; i < scores.length; i++) {
        RowScore score = new RowScore(scores[i]);
        listener.accept(score);
        summary = summary.plus(score, some.get(i).truncated());
      }
    }
    return summary;
  }

  /** Of each row its tokens; one token, no target, where training would drop it. */
  static List<Example> examples(List<EncodedRow<Example>> rows) {
    return rows.stream().map(r -> r.example().orElse(NOTHING)).toList();
  }

  /** The next rows of about so many tokens together; none after the last. */
  static <E extends Sized> List<EncodedRow<E>> window(EncodedRows<E> rows, int window) {
    List<EncodedRow<E>> some = new ArrayList<>();
    long tokens = 0;
    while (tokens < window) {
      Optional<EncodedRow<E>> row = rows.next();
      if (row.isEmpty()) {
        break;
      }
      some.add(row.get());
      tokens += Math.max(LEAST, row.get().example().map(Sized::length).orElse(0));
    }
    return some;
  }
}
