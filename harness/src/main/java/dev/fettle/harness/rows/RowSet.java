package dev.fettle.harness.rows;

import dev.fettle.data.encode.LoadReport;
import java.util.List;

/**
 * One data set of a run.
 *
 * @param name {@code train}, {@code eval}, or {@code eval_NAME}
 * @param report what became of its rows
 * @param examples of an epoch: as many as were kept, unless sources have shares
 * @param lengths of its examples
 * @param rows the first of them
 */
public record RowSet(
    String name, LoadReport report, long examples, Lengths lengths, List<ShownRow> rows) {

  /** Copies the list. */
  public RowSet {
    rows = List.copyOf(rows);
  }
}
