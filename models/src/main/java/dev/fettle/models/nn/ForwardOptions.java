package dev.fettle.models.nn;

import dev.fettle.ir.op.Linalg.Precision;

/**
 * How a model is run, whichever it is.
 *
 * @param precision how matrix products are rounded
 * @param recompute true to drop the activations of each block and compute them again in the reverse
 *     sweep
 */
public record ForwardOptions(Precision precision, boolean recompute) {

  /** Full precision, all activations kept. */
  public static final ForwardOptions DEFAULT = new ForwardOptions(Precision.FULL, false);
}
