package dev.fettle.spi;

import java.util.List;

/**
 * Facts about a compiled program.
 *
 * @param nodes operations after the passes
 * @param compileMillis time the backend took to compile
 * @param runs how often it has run
 * @param aliasedSlots state slots updated in place
 * @param notes for people: precision islands, kernels fused, anything done otherwise than asked
 */
public record ExecutableStats(
    int nodes, double compileMillis, long runs, int aliasedSlots, List<String> notes) {

  /** Keeps an immutable copy. */
  public ExecutableStats {
    notes = List.copyOf(notes);
  }
}
