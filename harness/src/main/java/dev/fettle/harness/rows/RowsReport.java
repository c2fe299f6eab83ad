package dev.fettle.harness.rows;

import java.util.List;

/**
 * What a run will train and evaluate on.
 *
 * @param sets the rows to train on, then those to evaluate on
 * @param warnings what the user should know, one sentence each
 */
public record RowsReport(List<RowSet> sets, List<String> warnings) {

  /** Copies the lists. */
  public RowsReport {
    sets = List.copyOf(sets);
    warnings = List.copyOf(warnings);
  }

  /** The rows to train on. */
  public RowSet train() {
    return sets.get(0);
  }
}
