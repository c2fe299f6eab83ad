package dev.fettle.train;

import dev.fettle.objective.Counts;
import dev.fettle.spi.DeviceState;

/**
 * Takes part in each optimizer step, as workers that train together do. Every worker calls it for
 * every step, one without a micro-batch too.
 */
public interface StepHook {
  /** A worker alone. */
  StepHook NONE = new StepHook() {};

  /**
   * Before the first micro-batch: the normalizers of the step.
   *
   * @param local what this worker's micro-batches hold
   * @return what those of all workers hold together
   */
  default Counts countsOfAll(Counts local) {
    return local;
  }

  /**
   * After the last micro-batch, before the check for finite numbers, so that all diverge or none:
   * puts the gradients ({@code grad/*}) and the measurements of all workers together.
   */
  default void sum(DeviceState state, Measurements measurements) {}

  /**
   * After the update, which it is a part of: what fails here has left the step half taken.
   *
   * @param step its number, from 1
   */
  default void updated(long step) {}
}
