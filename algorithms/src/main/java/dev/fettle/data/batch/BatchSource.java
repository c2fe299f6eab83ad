package dev.fettle.data.batch;

import dev.fettle.data.pack.RowPlan;
import dev.fettle.data.read.DataException;
import java.util.Optional;

/**
 * Gives out the data of one optimizer step after the other. Used by one thread.
 *
 * <p>The order depends on the rows, the seed and the epoch alone, so a source put at a cursor goes
 * on exactly as the one the cursor came from, however rows are cut into micro-batches.
 */
public interface BatchSource extends AutoCloseable {

  /**
   * The next step's data, or nothing when the passes asked for are over.
   *
   * @throws DataException where data turns out to be unusable
   */
  Optional<StepBatch> next();

  /** The place after the last step given out. */
  Cursor cursor();

  /**
   * Goes to a place.
   *
   * @throws DataException where the cursor comes from other rows, another seed or another packing
   */
  void seek(Cursor cursor);

  /** Optimizer steps in one pass over the data. */
  long stepsPerEpoch();

  /** Stops what runs in the background. */
  @Override
  void close();

  /**
   * A source over planned rows, with {@link BatchOptions#prefetch} steps prepared in the
   * background.
   *
   * @throws DataException where no step can be made of the rows
   */
  static BatchSource of(RowPlan plan, BatchOptions options) {
    PlannedSource source = new PlannedSource(plan, options);
    return options.prefetch() == 0 ? source : new PrefetchingSource(source, options.prefetch());
  }

  /** One pass in file order, every row once, nothing dropped: what evaluation and scoring read. */
  static BatchSource evaluation(RowPlan plan, int microBatchSize) {
    return of(plan, new BatchOptions(microBatchSize, microBatchSize, false, Order.onePass(), 2));
  }
}
