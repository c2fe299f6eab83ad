package dev.fettle.data.batch;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The data of one optimizer step.
 *
 * @param <B> the micro-batch of what is trained
 * @param microBatches in order; how rows are cut into them changes no row
 * @param tokens tokens of all micro-batches that are not padding
 * @param after the place after this step; a run resumed there sees the same steps that would have
 *     followed
 * @param epoch passes over the data completed after this step, 1.5 for one and a half
 * @param found what the source measured when it made the data, as the rewards of a rollout; mostly
 *     nothing
 */
public record StepBatch<B>(
    List<B> microBatches, long tokens, Cursor after, double epoch, Map<String, Double> found) {

  /** Copies list and map. */
  public StepBatch {
    microBatches = List.copyOf(microBatches);
    found = Collections.unmodifiableMap(new LinkedHashMap<>(found));
  }

  /** The data of a step of which there is nothing more to tell. */
  public StepBatch(List<B> microBatches, long tokens, Cursor after, double epoch) {
    this(microBatches, tokens, after, epoch, Map.of());
  }

  /** The same with micro-batches of another kind. */
  public <C> StepBatch<C> withMicroBatches(List<C> others) {
    return new StepBatch<>(others, tokens, after, epoch, found);
  }
}
