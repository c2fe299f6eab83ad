package dev.fettle.spi;

import java.util.List;
import java.util.Map;

/**
 * Facts about a compiled program.
 *
 * @param nodes operations after the passes
 * @param compileMillis time the backend took to compile
 * @param runs how often it has run
 * @param aliasedSlots state slots updated in place
 * @param notes for people: precision islands, kernels fused, anything done otherwise than asked
 * @param placement how many operations run on which device, as in {@code gpu:0}; may be empty
 *     before the first run, where the runtime cannot tell until then
 */
public record ExecutableStats(
    int nodes,
    double compileMillis,
    long runs,
    int aliasedSlots,
    List<String> notes,
    Map<String, Integer> placement) {

  /** Keeps immutable copies. */
  public ExecutableStats {
    notes = List.copyOf(notes);
    placement = Map.copyOf(placement);
  }

  /** Those of a program that runs on one device, or on which cannot be told. */
  public ExecutableStats(
      int nodes, double compileMillis, long runs, int aliasedSlots, List<String> notes) {
    this(nodes, compileMillis, runs, aliasedSlots, notes, Map.of());
  }
}
