package dev.fettle.data.preference;

import dev.fettle.data.Sized;
import java.util.ArrayList;
import java.util.List;

/**
 * What a row says of answers: one that is wanted or not, or both of a pair.
 *
 * @param answers one, or the chosen one and the rejected one
 */
public record JudgedRow(List<JudgedAnswer> answers) implements Sized {
  /** Rows whose chosen answers come before their rejected ones, as TRL takes pairs apart. */
  private static final int TOGETHER = 1000;

  /** Copies the list. */
  public JudgedRow {
    answers = List.copyOf(answers);
    if (answers.isEmpty()) {
      throw new IllegalArgumentException("a row has at least one answer");
    }
  }

  @Override
  public int length() {
    return answers.stream().mapToInt(a -> a.example().length()).sum();
  }

  @Override
  public int targets() {
    return answers.stream().mapToInt(a -> a.example().targets()).sum();
  }

  /**
   * The answers of rows in the order in which they are trained on without shuffling: of each
   * thousand rows the first answers, then the second ones, as TRL's {@code
   * unpair_preference_dataset}.
   */
  public static List<JudgedAnswer> apart(List<JudgedRow> rows) {
    List<JudgedAnswer> all = new ArrayList<>();
    for (int from = 0; from < rows.size(); from += TOGETHER) {
      List<JudgedRow> some = rows.subList(from, Math.min(rows.size(), from + TOGETHER));
      some.forEach(row -> all.add(row.answers.get(0)));
      some.forEach(row -> all.addAll(row.answers.subList(1, row.answers.size())));
    }
    return all;
  }
}
