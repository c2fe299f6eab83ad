package dev.fettle.train;

import java.util.Optional;

/**
 * When a training loop does what.
 *
 * @param steps optimizer steps in all, those before a resume included
 * @param evalEvery steps between evaluations; 0 for none but the last
 * @param evalAtStart whether there is one before the first step
 * @param checkpointEvery steps between checkpoints; 0 for only the last
 * @param watch by what evaluations are compared
 */
public record LoopOptions(
    long steps, long evalEvery, boolean evalAtStart, long checkpointEvery, Optional<Watch> watch) {

  /** Checks the ranges. */
  public LoopOptions {
    if (steps < 1 || evalEvery < 0 || checkpointEvery < 0) {
      throw new IllegalArgumentException(
          "steps must be positive, intervals not negative: "
              + steps
              + ", "
              + evalEvery
              + ", "
              + checkpointEvery);
    }
  }

  /** Without comparing evaluations. */
  public LoopOptions(long steps, long evalEvery, long checkpointEvery) {
    this(steps, evalEvery, false, checkpointEvery, Optional.empty());
  }

  /** Whether an evaluation belongs to this step and has not been made yet. */
  boolean evaluationPending(Progress at) {
    boolean wanted = at.step() == 0 ? evalAtStart : evalEvery > 0 && at.step() % evalEvery == 0;
    return wanted && at.evaluations().last() < at.step();
  }

  /**
   * Whether nothing is left to do: all steps are taken, or nothing improves, and the last
   * evaluation is made.
   *
   * @param evaluates whether there is anything to evaluate on
   */
  public boolean done(Progress at, boolean evaluates) {
    boolean pending = evaluates && at.evaluations().last() < at.step();
    return (at.step() >= steps || exhausted(at)) && !pending;
  }

  /** Whether training has gone on for long enough without a gain. */
  boolean exhausted(Progress at) {
    return watch.map(w -> w.exhausted(at.evaluations())).orElse(false);
  }
}
