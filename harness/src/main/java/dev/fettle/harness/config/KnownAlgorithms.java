package dev.fettle.harness.config;

import dev.fettle.algorithm.Algorithms;
import dev.fettle.settings.AlgorithmKeys;
import java.util.Collection;

/** The algorithms a configuration may name. */
final class KnownAlgorithms {
  private KnownAlgorithms() {}

  /** Those that are registered as services: Fettle's own, and what the application brings. */
  static Collection<? extends AlgorithmKeys> all() {
    return Algorithms.discover().all();
  }
}
