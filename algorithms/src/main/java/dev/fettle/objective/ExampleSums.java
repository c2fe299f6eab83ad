package dev.fettle.objective;

import dev.fettle.data.batch.MicroBatch;
import dev.fettle.data.pack.Placement;
import dev.fettle.ir.DType;
import dev.fettle.ir.Dim;
import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.spi.HostTensor;
import dev.fettle.spi.support.ProgramKey;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * From values of single target tokens to sums over the targets of each example: what losses over
 * whole sequences, pairs and groups are made of. Examples are numbered by their place in {@link
 * MicroBatch#answers}; those beyond the last are padding, and their sums are 0.
 */
public final class ExampleSums {
  private static final String EXAMPLES = "examples";
  private static final String EXAMPLE_OF = "example_of";

  /** Examples are rounded up to a multiple of this: an even number of pairs, and few programs. */
  private static final int ROUNDING = 8;

  private ExampleSums() {}

  /**
   * Adds the number of examples, rounded up, to a program's sizes.
   *
   * @param rows as {@link TokenLogProbs#key} gives it
   */
  public static ProgramKey key(ProgramKey rows, MicroBatch batch) {
    return key(rows, batch.answers().size());
  }

  /** The same for so many examples. */
  public static ProgramKey key(ProgramKey rows, int count) {
    int examples = Math.max(1, count);
    return rows.with(EXAMPLES, (examples + ROUNDING - 1) / ROUNDING * ROUNDING);
  }

  /** How many examples a program of these sizes has, padding included. */
  public static int examples(ProgramKey key) {
    return key.size(EXAMPLES);
  }

  /**
   * Appends the sums.
   *
   * @param perTarget F32[selected], as the results of {@link TokenLogProbs#build}; what it holds at
   *     padded positions is not added to any example
   * @return F32[examples]
   */
  public static Value of(ObjectiveContext c, ProgramKey key, Value perTarget) {
    GraphBuilder g = c.g();
    int examples = examples(key);
    TensorType index = perTarget.type().withDType(DType.I32);
    Value owner = c.builder().sharedInput(EXAMPLE_OF, index);
    // Padded positions have a bucket of their own behind the last example.
    TensorType buckets = TensorType.of(DType.F32, new Dim(EXAMPLES, examples + 1L));
    Value sums = g.scatterAdd(g.fill(0, buckets), owner, perTarget);
    return g.sliceAxis(sums, 0, 0, new Dim(EXAMPLES, examples));
  }

  /** The tensors of a micro-batch. */
  public static Map<String, HostTensor> inputs(MicroBatch batch, ProgramKey key) {
    return inputs(batch, batch.answers(), key);
  }

  /**
   * The same where more is predicted than answers: what it is, is added to some example, so weigh
   * it with 0.
   *
   * @param placements of the examples
   */
  public static Map<String, HostTensor> inputs(
      MicroBatch batch, List<Placement> placements, ProgramKey key) {
    int selected = TokenLogProbs.selected(key);
    int size = batch.rows() * batch.length();
    int[] exampleAt = new int[size];
    for (int example = 0; example < placements.size(); example++) {
      Placement p = placements.get(example);
      int from = p.row() * batch.length() + p.start();
      Arrays.fill(exampleAt, from, from + p.length(), example);
    }
    int[] owners = new int[selected];
    Arrays.fill(owners, examples(key));
    int n = 0;
    for (int at = 1; at < size; at++) {
      if (batch.targetMask()[at] != 0) {
        owners[selected == size ? at - 1 : n++] = exampleAt[at];
      }
    }
    return Map.of(EXAMPLE_OF, HostTensor.ofInts(owners, selected));
  }
}
