package dev.fettle.harness.compare;

import java.nio.file.Path;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/** Runs that never ran. */
final class MadeUpRuns {
  private MadeUpRuns() {}

  /** A run with the given loss at each step, from step 1. */
  static RunTrace run(String label, int steps, IntToDoubleFunction loss) {
    List<StepRow> rows =
        IntStream.rangeClosed(1, steps)
            .mapToObj(i -> new StepRow(i, loss.applyAsDouble(i), 2, 1e-3, 100, i == 1 ? 3 : 0.5))
            .toList();
    RunFacts facts = new RunFacts(label, "1.0 <made up>", "cpu", 2, "17", 1.5, 4.25, 9, 512L << 20);
    return new RunTrace(label, null, facts, rows);
  }

  static ComparisonReport report(RunTrace... runs) {
    return new ComparisonReport(
        Path.of("made-up"),
        "a & b",
        "run:\n  name: a & b\n",
        "2025-01-31T12:00:00Z",
        Tolerance.DEFAULT,
        List.of(runs),
        ComparisonReport.pairs(List.of(runs), Tolerance.DEFAULT));
  }
}
