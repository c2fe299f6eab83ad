package dev.fettle.rollout;

import dev.fettle.data.Sized;
import dev.fettle.data.batch.BatchOptions;
import dev.fettle.data.batch.BatchSource;
import dev.fettle.data.batch.MicroBatch;
import dev.fettle.data.batch.Order;
import dev.fettle.data.pack.PackingOptions;
import dev.fettle.data.pack.RowPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * The steps of a round: endless passes over its examples, each in its own order. A step takes as
 * many examples as a batch has, whether they share rows or not, so that packing changes no step.
 *
 * @param <E> an example
 * @param <B> the micro-batch
 */
public final class RoundSteps<E extends Sized, B> {
  /** Passes of a round; a round of more would repeat the orders of the next. */
  private static final long PASSES = 1L << 32;

  private final List<E> examples;
  private final StepLayout<E, B> layout;
  private final BatchOptions options;
  private final PackingOptions packing;
  private final int round;
  private final String fingerprint;
  private int[] visits = {};
  private long visitsOf = -1;

  /**
   * A step's data.
   *
   * @param tokens of all micro-batches that are not padding
   */
  public record Step<B>(List<B> microBatches, long tokens) {}

  RoundSteps(List<E> examples, StepLayout<E, B> layout, int round) {
    this.examples = examples;
    this.layout = layout;
    this.options = layout.options();
    this.packing = layout.packing(examples);
    this.round = round;
    Order order = options.order();
    String seed = order.shuffle() ? "-" + Long.toHexString(order.seed()) : "";
    this.fingerprint = layout.plan(examples, packing).fingerprint() + seed;
  }

  String fingerprint() {
    return fingerprint;
  }

  /**
   * The data of a step.
   *
   * @param number of the step within the round, from 0
   */
  public Step<B> step(long number) {
    int count = Math.min(options.batchSize(), examples.size());
    List<E> taken = new ArrayList<>(count);
    for (long at = number * count; at < (number + 1) * count; at++) {
      taken.add(examples.get(visit(at)));
    }
    RowPlan plan = layout.plan(taken, packing);
    List<B> parts = new ArrayList<>();
    long tokens = 0;
    for (MicroBatch rows :
        BatchSource.portions(plan, options.microBatchSize(), Function.identity())) {
      parts.add(layout.batch(rows, taken));
      tokens += rows.tokens();
    }
    return new Step<>(parts, tokens);
  }

  private int visit(long at) {
    long pass = at / examples.size();
    if (pass != visitsOf) {
      visits = options.order().visits(round * PASSES + pass, examples.size());
      visitsOf = pass;
    }
    return visits[(int) (at % examples.size())];
  }
}
