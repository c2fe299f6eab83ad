package dev.fettle.algorithm.rl;

import dev.fettle.data.batch.MicroBatch;
import dev.fettle.data.pack.Placement;
import java.util.List;
import java.util.function.Function;

/**
 * The answers of a micro-batch, in the order of {@link MicroBatch#answers}.
 *
 * @param rows their tokens
 * @param answers what is known of each
 * @param klCoefficient what a divergence in the loss counts
 */
public record TrajectoryBatch(MicroBatch rows, List<Trajectory> answers, double klCoefficient) {
  /** Copies the list. */
  public TrajectoryBatch {
    answers = List.copyOf(answers);
  }

  /**
   * The answers of rows.
   *
   * @param laid the answers that were laid out, by their places in the plan
   */
  public static TrajectoryBatch of(MicroBatch rows, List<Trajectory> laid) {
    return new TrajectoryBatch(
        rows, rows.answers().stream().map(p -> laid.get(p.example())).toList(), 0);
  }

  /** The same with a divergence in the loss that counts so much. */
  TrajectoryBatch costing(double kl) {
    return new TrajectoryBatch(rows, answers, kl);
  }

  /** Tokens of the answers that are learnt. */
  long learntTokens() {
    return answers.stream().filter(Trajectory::learnt).mapToLong(Trajectory::targets).sum();
  }

  /** Answers that are learnt. */
  long learntAnswers() {
    return answers.stream().filter(Trajectory::learnt).count();
  }

  /**
   * Values of the answers' tokens, laid out as the rows.
   *
   * @param of the values of an answer's tokens, or one for all of them
   * @return {@code [rows * length]}; 0 at what is no answer
   */
  float[] laidOut(Function<Trajectory, float[]> of) {
    float[] all = new float[rows.targetMask().length];
    List<Placement> placements = rows.answers();
    for (int answer = 0; answer < placements.size(); answer++) {
      float[] values = of.apply(answers.get(answer));
      if (values.length == 0) {
        continue;
      }
      Placement at = placements.get(answer);
      int from = at.row() * rows.length() + at.start();
      int n = 0;
      for (int i = from; i < from + at.length(); i++) {
        if (rows.targetMask()[i] != 0) {
          all[i] = values[values.length == 1 ? 0 : n++];
        }
      }
    }
    return all;
  }
}
