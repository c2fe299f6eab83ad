package dev.fettle.algorithm.preference;

import dev.fettle.ir.Value;

/** From the scores of both answers of a pair to its loss. */
@FunctionalInterface
public interface Link {

  /**
   * Appends the loss of each pair.
   *
   * @return F32[pairs]; what stands at padding does not count
   */
  Value loss(Pairs pairs);
}
