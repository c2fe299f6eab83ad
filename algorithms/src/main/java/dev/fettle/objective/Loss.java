package dev.fettle.objective;

import dev.fettle.ir.Value;
import java.util.List;

/**
 * What an objective appends.
 *
 * @param total the scalar to minimise: this micro-batch's part of the mean over the optimizer step
 * @param metrics what else is measured
 */
public record Loss(Value total, List<Metric> metrics) {

  /** Keeps a copy. */
  public Loss {
    metrics = List.copyOf(metrics);
  }
}
