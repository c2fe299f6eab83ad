package dev.fettle.algorithm.kto;

import dev.fettle.data.batch.BatchOptions;
import dev.fettle.data.batch.BatchSource;
import dev.fettle.data.batch.Order;
import dev.fettle.data.batch.StepBatch;
import dev.fettle.data.pack.RowPlan;
import dev.fettle.data.preference.JudgedAnswer;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;

/**
 * Judged answers in file order, made anew on each walk: grouped as steps are, so that the size of
 * micro-batches changes nothing.
 *
 * @param plan of the answers
 * @param answers by their places in the plan
 * @param batches how steps are made
 * @param completion of a step
 */
record JudgedPortions(
    RowPlan plan, List<JudgedAnswer> answers, BatchOptions batches, Completion completion)
    implements Iterable<JudgedBatch> {

  @Override
  public Iterator<JudgedBatch> iterator() {
    BatchOptions inOrder =
        new BatchOptions(batches.batchSize(), batches.microBatchSize(), false, Order.onePass(), 0);
    BatchSource<JudgedBatch> source =
        BatchSource.of(plan, inOrder, rows -> JudgedBatch.of(rows, answers));
    return new Walk(source, completion);
  }

  private static final class Walk implements Iterator<JudgedBatch> {
    private final BatchSource<JudgedBatch> source;
    private final Completion completion;
    private Iterator<JudgedBatch> step = List.<JudgedBatch>of().iterator();

    Walk(BatchSource<JudgedBatch> source, Completion completion) {
      this.source = source;
      this.completion = completion;
    }

    @Override
    public boolean hasNext() {
      if (!step.hasNext()) {
        Optional<StepBatch<JudgedBatch>> next = source.next();
        next.ifPresent(s -> step = completion.of(s.microBatches()).iterator());
      }
      return step.hasNext();
    }

    @Override
    public JudgedBatch next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      return step.next();
    }
  }
}
