package dev.fettle.train;

import java.io.Serial;

/**
 * Training has left the finite numbers. Thrown before the update, so the parameters are those of
 * the step before. Lower the learning rate, clip harder, or look at the data of that step.
 */
public final class DivergenceException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  private final long step;
  private final String metric;

  /** An error naming the step and the first metric that is not finite. */
  public DivergenceException(long step, String metric, double value) {
    super(
        metric
            + " is "
            + value
            + " at step "
            + step
            + ". The parameters of step "
            + (step - 1)
            + " are kept. Lower optimizer.learningRate,"
            + " lower optimizer.clipNorm, or check the data of this step.");
    this.step = step;
    this.metric = metric;
  }

  /** The step, from 1. */
  public long step() {
    return step;
  }

  /** The metric. */
  public String metric() {
    return metric;
  }
}
