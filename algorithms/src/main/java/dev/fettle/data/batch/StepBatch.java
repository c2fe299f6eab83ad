package dev.fettle.data.batch;

import java.util.List;

/**
 * The data of one optimizer step.
 *
 * @param <B> the micro-batch of what is trained
 * @param microBatches in order; how rows are cut into them changes no row
 * @param tokens tokens of all micro-batches that are not padding
 * @param after the place after this step; a run resumed there sees the same steps that would have
 *     followed
 * @param epoch passes over the data completed after this step, 1.5 for one and a half
 */
public record StepBatch<B>(List<B> microBatches, long tokens, Cursor after, double epoch) {

  /** Copies the list. */
  public StepBatch {
    microBatches = List.copyOf(microBatches);
  }

  /** The same with micro-batches of another kind. */
  <C> StepBatch<C> withMicroBatches(List<C> others) {
    return new StepBatch<>(others, tokens, after, epoch);
  }
}
