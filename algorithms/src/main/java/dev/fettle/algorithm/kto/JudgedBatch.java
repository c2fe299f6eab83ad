package dev.fettle.algorithm.kto;

import dev.fettle.data.batch.MicroBatch;
import dev.fettle.data.pack.Placement;
import dev.fettle.data.preference.JudgedAnswer;
import java.util.Arrays;
import java.util.List;

/**
 * The judged answers of a micro-batch, in the order of {@link MicroBatch#answers}.
 *
 * @param rows their tokens
 * @param desirable of each answer
 * @param reference each answer's log-probability under the reference
 * @param distance what log-ratios are compared with: an estimate of the policy's distance from the
 *     reference, the same for the whole step
 */
@SuppressWarnings("ArrayRecordComponent") // handed over, not compared
public record JudgedBatch(
    MicroBatch rows, boolean[] desirable, float[] reference, double distance) {

  /** The answers of rows, not yet held against anything. */
  public static JudgedBatch of(MicroBatch rows, List<JudgedAnswer> answers) {
    List<Placement> placements = rows.answers();
    boolean[] desirable = new boolean[placements.size()];
    for (int i = 0; i < desirable.length; i++) {
      desirable[i] = answers.get(placements.get(i).example()).desirable();
    }
    return new JudgedBatch(rows, desirable, new float[desirable.length], 0);
  }

  /** The same with a reference. */
  public JudgedBatch against(float[] logProbs, double awayFromIt) {
    return new JudgedBatch(rows, desirable, logProbs, awayFromIt);
  }

  /** How many answers there are. */
  public int answers() {
    return desirable.length;
  }

  /** How many of them are wanted. */
  int wanted() {
    int sum = 0;
    for (boolean d : desirable) {
      sum += d ? 1 : 0;
    }
    return sum;
  }

  /** The tokens of answers that are wanted, or of those that are not: 1 at each. */
  float[] answerTokens(boolean wanted) {
    float[] tokens = new float[rows.targetMask().length];
    List<Placement> placements = rows.answers();
    for (int answer = 0; answer < desirable.length; answer++) {
      Placement at = placements.get(answer);
      int from = at.row() * rows.length() + at.start();
      for (int i = from; i < from + at.length() && desirable[answer] == wanted; i++) {
        tokens[i] = rows.targetMask()[i];
      }
    }
    return tokens;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof JudgedBatch that
        && rows.equals(that.rows)
        && Arrays.equals(desirable, that.desirable)
        && Arrays.equals(reference, that.reference)
        && distance == that.distance;
  }

  @Override
  public int hashCode() {
    return rows.hashCode();
  }

  @Override
  public String toString() {
    return "JudgedBatch[" + answers() + " answers in " + rows + "]";
  }
}
