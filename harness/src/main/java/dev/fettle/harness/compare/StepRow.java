package dev.fettle.harness.compare;

import dev.fettle.train.StepEvent;

/**
 * One optimizer step of one run.
 *
 * @param step its number, from 1
 * @param loss before the update
 * @param gradNorm before clipping
 * @param learningRate the one used
 * @param tokens non-padding tokens of this step
 * @param seconds wall time, waiting for data included
 * @param compileSeconds how much of it was spent on compiling
 */
public record StepRow(
    long step,
    double loss,
    double gradNorm,
    double learningRate,
    long tokens,
    double seconds,
    double compileSeconds) {

  /** A step in which nothing was compiled. */
  StepRow(
      long step, double loss, double gradNorm, double learningRate, long tokens, double seconds) {
    this(step, loss, gradNorm, learningRate, tokens, seconds, 0);
  }

  static StepRow of(StepEvent e) {
    return new StepRow(
        e.step(),
        e.metrics().getOrDefault("loss", Double.NaN),
        e.metrics().getOrDefault("grad_norm", Double.NaN),
        e.learningRate(),
        e.tokens(),
        e.seconds(),
        e.compileSeconds());
  }
}
