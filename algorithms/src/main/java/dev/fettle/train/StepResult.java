package dev.fettle.train;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What an optimizer step or an evaluation gave.
 *
 * @param metrics by name, {@code loss} among them
 */
public record StepResult(Map<String, Double> metrics) {

  /** Keeps an unmodifiable copy in the given order. */
  public StepResult {
    metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
  }

  /** The loss. */
  public double loss() {
    return metric("loss");
  }

  /** A metric; NaN where there is none of that name. */
  public double metric(String name) {
    return metrics.getOrDefault(name, Double.NaN);
  }
}
