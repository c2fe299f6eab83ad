package dev.fettle.data.batch;

import dev.fettle.data.pack.RowPlan;
import dev.fettle.data.read.DataException;
import java.util.Optional;
import java.util.function.Function;

/**
 * Gives out the data of one optimizer step after the other. Used by one thread.
 *
 * <p>The order depends on the rows, the seed and the epoch alone, so a source put at a cursor goes
 * on exactly as the one the cursor came from, however rows are cut into micro-batches.
 *
 * <p>A source that itself uses the backend, as one that samples from the policy, is asked on the
 * training thread and never works ahead: a backend belongs to one thread.
 *
 * @param <B> the micro-batch of what is trained
 */
public interface BatchSource<B> extends AutoCloseable {

  /**
   * The next step's data, or nothing when the passes asked for are over.
   *
   * @throws DataException where data turns out to be unusable
   */
  Optional<StepBatch<B>> next();

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
  static BatchSource<MicroBatch> of(RowPlan plan, BatchOptions options) {
    return of(plan, options, Function.identity());
  }

  /**
   * The same for micro-batches that hold more than rows of tokens.
   *
   * @param complete from the rows of a micro-batch to the whole of it; run in the background
   * @throws DataException where no step can be made of the rows
   */
  static <B> BatchSource<B> of(
      RowPlan plan, BatchOptions options, Function<MicroBatch, B> complete) {
    PlannedSource<B> source = new PlannedSource<>(plan, options, complete);
    return options.prefetch() == 0 ? source : new PrefetchingSource<>(source, options.prefetch());
  }

  /** One pass in file order, every row once, nothing dropped: what scoring reads. */
  static BatchSource<MicroBatch> evaluation(RowPlan plan, int microBatchSize) {
    return of(plan, new BatchOptions(microBatchSize, microBatchSize, false, Order.onePass(), 2));
  }

  /**
   * The micro-batches of such a pass: what evaluation runs. Each is collated when it is asked for,
   * and again on every walk, so that one at a time is held however many there are.
   *
   * @param complete from the rows of a micro-batch to the whole of it
   * @throws IllegalArgumentException where {@code microBatchSize} is below 1
   */
  static <B> Iterable<B> portions(
      RowPlan plan, int microBatchSize, Function<MicroBatch, B> complete) {
    return new Portions<>(plan, microBatchSize, complete);
  }
}
