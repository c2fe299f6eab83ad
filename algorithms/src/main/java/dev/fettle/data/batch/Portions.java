package dev.fettle.data.batch;

import dev.fettle.data.pack.RowPlan;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Function;
import java.util.stream.IntStream;

/** The rows of a plan in file order, a micro-batch at a time, made anew on each walk. */
final class Portions<B> implements Iterable<B> {

  private final RowPlan plan;
  private final int size;
  private final RowCollator collator;
  private final Function<MicroBatch, B> complete;

  Portions(RowPlan plan, int size, Function<MicroBatch, B> complete) {
    if (size < 1) {
      throw new IllegalArgumentException("microBatchSize must be at least 1, not " + size);
    }
    this.plan = plan;
    // Rows there will never be need no place.
    this.size = Math.min(size, Math.max(1, plan.size()));
    this.collator = new RowCollator(plan);
    this.complete = complete;
  }

  @Override
  public Iterator<B> iterator() {
    return new Iterator<>() {
      private int row;

      @Override
      public boolean hasNext() {
        return row < plan.size();
      }

      @Override
      public B next() {
        if (!hasNext()) {
          throw new NoSuchElementException();
        }
        int from = row;
        row = (int) Math.min((long) from + size, plan.size());
        return complete.apply(collator.collate(IntStream.range(from, row).toArray(), size));
      }
    };
  }
}
