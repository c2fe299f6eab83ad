package dev.fettle.harness.run;

import java.util.Map;

/**
 * A run whose model is in {@code final/}, whole.
 *
 * @param identity tells this model from one of another training, though it were of the same run
 * @param configSha256 of the configuration it was trained with
 * @param step optimizer steps the model was trained for
 * @param steps of the whole run, more where it ended early or the best model is kept
 * @param metrics of the last step that was logged; empty where nothing was
 * @param evaluation the last one that was logged; empty where there was none
 */
public record FinishedRun(
    String identity,
    String configSha256,
    long step,
    long steps,
    Map<String, Double> metrics,
    Map<String, Double> evaluation) {

  /** Copies the maps. */
  public FinishedRun {
    metrics = Map.copyOf(metrics);
    evaluation = Map.copyOf(evaluation);
  }
}
