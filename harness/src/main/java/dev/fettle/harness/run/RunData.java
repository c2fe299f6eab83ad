package dev.fettle.harness.run;

import dev.fettle.data.batch.BatchSource;
import dev.fettle.data.batch.MicroBatch;
import dev.fettle.data.batch.StepBatch;
import dev.fettle.data.pack.PackingOptions;
import dev.fettle.data.pack.RowPlan;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A run's rows, laid out.
 *
 * @param train what is trained on
 * @param evaluation what is evaluated on, in portions; empty if nothing is
 */
public record RunData(RowPlan train, List<MicroBatch> evaluation) {

  /** Keeps a copy of the list. */
  public RunData {
    evaluation = List.copyOf(evaluation);
  }

  /** Reads and lays out what a configuration names. */
  public static RunData load(RowLoading rows, RunRows names) {
    PackingOptions packing = rows.packing();
    RowPlan train = RowPlan.of(rows.load("training rows", names.train()).examples(), packing);
    Optional<RowPlan> eval =
        names.eval().isEmpty()
            ? Optional.empty()
            : Optional.of(
                RowPlan.of(rows.load("evaluation rows", names.eval()).examples(), packing));
    List<MicroBatch> portions = new ArrayList<>();
    eval.ifPresent(plan -> portions.addAll(portions(plan, names.microBatchSize())));
    return new RunData(train, portions);
  }

  private static List<MicroBatch> portions(RowPlan plan, int microBatchSize) {
    List<MicroBatch> portions = new ArrayList<>();
    try (BatchSource source = BatchSource.evaluation(plan, microBatchSize)) {
      for (Optional<StepBatch> s = source.next(); s.isPresent(); s = source.next()) {
        portions.addAll(s.get().microBatches());
      }
    }
    return portions;
  }

  /**
   * Which files, and how large the portions are.
   *
   * @param train files to train on
   * @param eval files to evaluate on
   * @param microBatchSize rows run at once
   */
  public record RunRows(List<Path> train, List<Path> eval, int microBatchSize) {}
}
