package dev.fettle.train;

/**
 * When a training loop does what.
 *
 * @param steps optimizer steps in all, those before a resume included
 * @param evalEvery steps between evaluations; 0 for none but the last
 * @param checkpointEvery steps between checkpoints; 0 for only the last
 */
public record LoopOptions(long steps, long evalEvery, long checkpointEvery) {

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
}
