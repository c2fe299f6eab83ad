package dev.fettle.algorithm.kto;

import dev.fettle.algorithm.preference.Reference;
import dev.fettle.data.Example;
import dev.fettle.data.pack.Placement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What completes the micro-batches of a step. How far the policy is from the reference is estimated
 * over the whole step, its answers in the order of the data, so that neither packing nor the size
 * of micro-batches changes it.
 *
 * @param reference what answers are held against
 * @param distance estimates how far the policy is from it; none where answers are held against 0
 * @param examples the answers, by their places in the plan
 */
public record Completion(
    Reference reference, Optional<Mismatched> distance, List<Example> examples) {

  /** The micro-batches of one step, complete. */
  public List<JudgedBatch> of(List<JudgedBatch> microBatches) {
    List<Example> all =
        microBatches.stream()
            .flatMap(batch -> batch.rows().answers().stream())
            .map(Placement::example)
            .sorted()
            .map(examples::get)
            .toList();
    double away = distance.map(d -> d.distance(all)).orElse(0.0);
    List<JudgedBatch> complete = new ArrayList<>();
    for (JudgedBatch batch : microBatches) {
      float[] ones = new float[batch.rows().targetMask().length];
      Arrays.fill(ones, 1);
      complete.add(batch.against(reference.logProbs(batch.rows(), ones), away));
    }
    return complete;
  }
}
