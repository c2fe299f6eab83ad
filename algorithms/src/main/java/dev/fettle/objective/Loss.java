package dev.fettle.objective;

import dev.fettle.ir.Value;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What an objective appends.
 *
 * @param total the scalar to minimise: this micro-batch's part of the mean over the optimizer step
 * @param metrics further scalars, parts of means likewise; summed over micro-batches
 */
public record Loss(Value total, Map<String, Value> metrics) {

  /** Keeps an unmodifiable copy in the given order. */
  public Loss {
    metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
  }
}
