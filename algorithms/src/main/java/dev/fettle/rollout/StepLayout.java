package dev.fettle.rollout;

import dev.fettle.data.Example;
import dev.fettle.data.Sized;
import dev.fettle.data.batch.BatchOptions;
import dev.fettle.data.batch.MicroBatch;
import dev.fettle.data.pack.Packing;
import dev.fettle.data.pack.PackingOptions;
import dev.fettle.data.pack.RowPlan;
import java.util.List;
import java.util.function.BiFunction;

/**
 * How the examples of a step become micro-batches.
 *
 * @param <E> an example
 * @param <B> the micro-batch
 * @param options batch size, in examples, and order
 * @param rows how examples share rows
 * @param planned lays out examples
 * @param completed from the rows of a micro-batch, and all examples of the step, to the whole of it
 */
public record StepLayout<E extends Sized, B>(
    BatchOptions options,
    PackingOptions rows,
    BiFunction<List<E>, PackingOptions, RowPlan> planned,
    BiFunction<MicroBatch, List<E>, B> completed) {

  /** Of single sequences. */
  public static StepLayout<Example, MicroBatch> ofExamples(
      BatchOptions options, PackingOptions rows) {
    return new StepLayout<>(options, rows, RowPlan::of, (batch, examples) -> batch);
  }

  /** The steps of a round, from 1, that learns these. */
  public RoundSteps<E, B> over(List<E> examples, int round) {
    return new RoundSteps<>(examples, this, round);
  }

  RowPlan plan(List<E> examples, PackingOptions packing) {
    return planned.apply(examples, packing);
  }

  B batch(MicroBatch batch, List<E> examples) {
    return completed.apply(batch, examples);
  }

  /**
   * Rows of a round. Each holds its longest example; where examples share rows, all are of one
   * length, that of a usual step's micro-batch, so that few programs serve the round.
   */
  public PackingOptions packing(List<E> examples) {
    int longest = 2;
    long tokens = 0;
    for (E example : examples) {
      longest = Math.max(longest, example.length());
      tokens += example.length();
    }
    int most = Math.max(rows.maxLength(), longest);
    if (rows.packing() == Packing.NONE) {
      return new PackingOptions(rows.packing(), most, rows.multiple(), rows.window());
    }
    long ofStep = tokens * options.batchSize() / examples.size();
    long each = Math.max(longest, ofStep / options.microBatchSize());
    int length = (int) Math.min(most, roundedUp(each, rows.multiple()));
    return new PackingOptions(rows.packing(), Math.max(length, longest), length, rows.window());
  }

  private static long roundedUp(long tokens, int multiple) {
    return (tokens + multiple - 1) / multiple * multiple;
  }
}
