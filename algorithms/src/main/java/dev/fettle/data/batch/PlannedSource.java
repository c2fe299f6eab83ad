package dev.fettle.data.batch;

import dev.fettle.data.pack.RowPlan;
import dev.fettle.data.read.DataException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Walks the rows of a plan, epoch after epoch, on the caller's thread. */
final class PlannedSource<B> implements BatchSource<B> {

  private final RowPlan plan;
  private final BatchOptions options;
  private final RowCollator collator;
  private final Function<MicroBatch, B> complete;
  private final String data;
  private long epoch;
  private int index;
  private int[] visits;
  private long visitsOf;

  PlannedSource(RowPlan plan, BatchOptions options, Function<MicroBatch, B> complete) {
    this.plan = plan;
    this.options = options;
    this.collator = new RowCollator(plan);
    this.complete = complete;
    Order order = options.order();
    // The seed tells apart the orders of shuffled sources only.
    this.data = plan.fingerprint() + (order.shuffle() ? "-" + Long.toHexString(order.seed()) : "");
    this.visits = order.visits(0, plan.size());
    if (stepsPerEpoch() == 0) {
      throw new DataException(
          "only "
              + plan.size()
              + " rows: not one batch of "
              + options.batchSize()
              + "; lower batchSize, or keep incomplete batches (dropLast: false)");
    }
  }

  @Override
  public Optional<StepBatch<B>> next() {
    if (epoch >= options.order().epochs()) {
      return Optional.empty();
    }
    if (visitsOf != epoch) {
      visits = options.order().visits(epoch, plan.size());
      visitsOf = epoch;
    }
    int end = Math.min(index + options.batchSize(), plan.size());
    int[] rows = Arrays.copyOfRange(visits, index, end);
    advance(end);
    double passed = epoch + (double) index / plan.size();
    return Optional.of(step(rows, passed));
  }

  private void advance(int end) {
    int left = plan.size() - end;
    if (left == 0 || (options.dropLast() && left < options.batchSize())) {
      epoch++;
      index = 0;
    } else {
      index = end;
    }
  }

  private StepBatch<B> step(int[] rows, double passed) {
    // Rows there will never be need no place.
    int height = Math.min(plan.size(), Math.min(options.microBatchSize(), options.batchSize()));
    List<B> parts = new ArrayList<>();
    long tokens = 0;
    for (int from = 0; from < rows.length; from += height) {
      int to = Math.min(from + height, rows.length);
      MicroBatch part = collator.collate(Arrays.copyOfRange(rows, from, to), height);
      parts.add(complete.apply(part));
      tokens += part.tokens();
    }
    return new StepBatch<>(parts, tokens, cursor(), passed);
  }

  @Override
  public Cursor cursor() {
    return new Cursor(epoch, index, data);
  }

  @Override
  public void seek(Cursor cursor) {
    if (!cursor.data().equals(data)) {
      throw new DataException(
          "the data is not what it was when the checkpoint was written (rows, tokenizer, maxLength, packing or seed"
              + " changed: "
              + cursor.data()
              + " then, "
              + data
              + " now); restore it, or start a new run");
    }
    if (cursor.index() >= plan.size()) {
      throw new IllegalArgumentException(cursor + " lies beyond the " + plan.size() + " rows");
    }
    epoch = cursor.epoch();
    index = (int) cursor.index();
  }

  @Override
  public long stepsPerEpoch() {
    int whole = plan.size() / options.batchSize();
    boolean rest = !options.dropLast() && plan.size() % options.batchSize() > 0;
    return rest ? whole + 1L : whole;
  }

  @Override
  public void close() {}
}
