package dev.fettle.train;

import org.jspecify.annotations.Nullable;

/**
 * What the evaluations of a run have shown so far. It is kept in checkpoints, so that a resumed run
 * chooses and stops as if it had not been interrupted.
 *
 * @param last the step of the last one; -1 before the first
 * @param best the best one, where a metric is watched
 * @param reference what the next one must improve on by the smallest gain that counts
 * @param waited evaluations since one improved on the reference
 */
public record Evaluations(long last, @Nullable Best best, @Nullable Double reference, int waited) {

  /** None yet. */
  public static final Evaluations NONE = new Evaluations(-1, null, null, 0);

  /**
   * The best evaluation.
   *
   * @param metric as in {@code eval_loss}
   * @param value of the metric
   * @param step after which it was measured
   */
  public record Best(String metric, double value, long step) {}

  /** The same after an evaluation of which nothing is watched. */
  Evaluations at(long step) {
    return new Evaluations(step, best, reference, waited);
  }

  /** Whether the best evaluation is the one at this step. */
  public boolean isBestAt(long step) {
    return best != null && best.step() == step;
  }
}
