package dev.fettle.checkpoint;

import dev.fettle.train.Progress;

/**
 * What a run must know, besides tensors, to go on as if it had not stopped ({@code trainer.json}).
 * Random numbers are drawn by counters, so the seed and the step stand for the generator.
 *
 * @param progress steps taken, the place in the data, tokens trained on, what evaluations showed
 * @param seed the run's seed
 */
public record TrainerState(Progress progress, long seed) {

  /** Optimizer steps taken. */
  public long step() {
    return progress.step();
  }
}
