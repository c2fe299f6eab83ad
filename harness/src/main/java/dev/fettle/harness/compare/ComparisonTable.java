package dev.fettle.harness.compare;

import java.util.ArrayList;
import java.util.List;

/** A report as text: a column for each run, then a paragraph for each two of them. */
public final class ComparisonTable {
  private static final String GAP = "  ";

  private ComparisonTable() {}

  /** The table, its verdict included; lines end in {@code \n}. */
  public static String of(ComparisonReport report) {
    StringBuilder text = new StringBuilder();
    appendRuns(text, report.runs());
    for (PairDifference pair : report.pairs()) {
      text.append('\n');
      appendPair(text, pair, report.tolerance());
    }
    report
        .failures()
        .forEach(r -> text.append('\n').append(r.label()).append(" failed: ").append(why(r)));
    return text.append('\n').append(verdict(report)).append('\n').toString();
  }

  private static String why(RunTrace run) {
    return run.failure() == null ? "" : run.failure().message() + "\n";
  }

  private static void appendRuns(StringBuilder text, List<RunTrace> runs) {
    List<List<String>> rows = new ArrayList<>();
    List<String> head = new ArrayList<>(List.of(""));
    runs.forEach(r -> head.add(r.label()));
    rows.add(head);
    for (Measure m : Measure.of(runs)) {
      List<String> row = new ArrayList<>(List.of(m.name()));
      row.addAll(m.values());
      rows.add(row);
    }
    int[] widths = new int[head.size()];
    for (List<String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    rows.forEach(row -> appendRow(text, row, widths));
  }

  private static void appendRow(StringBuilder text, List<String> row, int[] widths) {
    text.append(row.get(0)).append(" ".repeat(widths[0] - row.get(0).length()));
    for (int i = 1; i < widths.length; i++) {
      text.append(GAP).append(" ".repeat(widths[i] - row.get(i).length())).append(row.get(i));
    }
    text.append('\n');
  }

  private static void appendPair(StringBuilder text, PairDifference pair, Tolerance tolerance) {
    text.append("%s and %s over %d steps%n".formatted(pair.first(), pair.second(), pair.steps()));
    text.append(
        "  loss residual    max %s at step %d, mean %s: %s %s and %s%n"
            .formatted(
                Quantity.small(pair.maxLoss()),
                pair.maxLossStep(),
                Quantity.small(pair.meanLoss()),
                pair.withinTolerance() ? "within" : "OUTSIDE",
                Quantity.given(tolerance.loss()),
                Quantity.given(tolerance.meanLoss())));
    text.append(
        "  gradient norm    max %s relative at step %d%n"
            .formatted(Quantity.small(pair.maxGradNorm()), pair.maxGradNormStep()));
    if (pair.mismatch() != null) {
      text.append("  not the same training: ").append(pair.mismatch()).append('\n');
    }
  }

  /** One sentence. */
  static String verdict(ComparisonReport report) {
    int failed = report.failures().size();
    if (failed > 0) {
      return failed + " of " + report.runs().size() + " runs failed.";
    }
    return report.agreed()
        ? "The loss trajectories agree within the tolerance."
        : "The loss trajectories leave the tolerance.";
  }
}
