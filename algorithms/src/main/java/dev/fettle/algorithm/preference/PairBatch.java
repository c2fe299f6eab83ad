package dev.fettle.algorithm.preference;

import dev.fettle.data.batch.MicroBatch;
import dev.fettle.data.pack.Placement;
import dev.fettle.data.preference.PreferencePair;
import java.util.Arrays;
import java.util.List;

/**
 * The pairs of a micro-batch. Pair {@code i} is answers {@code 2 i}, the chosen one, and {@code 2 i
 * + 1} of {@link MicroBatch#answers}.
 *
 * @param rows their tokens
 * @param margins by how much each chosen answer is better, {@code [pairs]}
 * @param reference each answer's log-probability under the reference, {@code [2 pairs]}; zeros
 *     where there is none
 */
@SuppressWarnings("ArrayRecordComponent") // handed over, not compared
public record PairBatch(MicroBatch rows, float[] margins, float[] reference) {

  /** Checks the sizes. */
  public PairBatch {
    if (reference.length != 2 * margins.length) {
      throw new IllegalArgumentException(
          margins.length + " pairs have twice as many answers, not " + reference.length);
    }
  }

  /**
   * The pairs of rows.
   *
   * @param pairs that were laid out
   * @param examplesOfPair {@link PreferencePair#PROMPTED} or {@link PreferencePair#APART}
   */
  public static PairBatch of(MicroBatch rows, List<PreferencePair> pairs, int examplesOfPair) {
    List<Placement> answers = rows.answers();
    float[] margins = new float[answers.size() / 2];
    for (int i = 0; i < margins.length; i++) {
      margins[i] = pairs.get(answers.get(2 * i).example() / examplesOfPair).margin();
    }
    return new PairBatch(rows, margins, new float[2 * margins.length]);
  }

  /** The same with a reference. */
  public PairBatch against(float[] other) {
    return new PairBatch(rows, margins, other);
  }

  /** How many there are. */
  public int pairs() {
    return margins.length;
  }

  /** Tokens of each answer, {@code [2 pairs]}. */
  int[] lengths() {
    return rows.answers().stream().mapToInt(rows::targets).toArray();
  }

  /** Tokens of the chosen answers together. */
  long chosenTokens() {
    int[] lengths = lengths();
    long sum = 0;
    for (int i = 0; i < lengths.length; i += 2) {
      sum += lengths[i];
    }
    return sum;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PairBatch that
        && rows.equals(that.rows)
        && Arrays.equals(margins, that.margins)
        && Arrays.equals(reference, that.reference);
  }

  @Override
  public int hashCode() {
    return rows.hashCode();
  }

  @Override
  public String toString() {
    return "PairBatch[" + pairs() + " pairs in " + rows + "]";
  }
}
