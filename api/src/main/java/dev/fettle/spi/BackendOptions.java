package dev.fettle.spi;

import java.util.Map;

/**
 * How to open a backend.
 *
 * @param threads threads for one operation; 0 takes one a core
 * @param extra settings only one backend knows; it rejects names it does not know
 */
public record BackendOptions(int threads, Map<String, String> extra) {

  /** One thread a core, nothing else. */
  public static final BackendOptions DEFAULT = new BackendOptions(0, Map.of());

  /** Checks and copies. */
  public BackendOptions {
    if (threads < 0) {
      throw new IllegalArgumentException("threads must be 0 (one a core) or more: " + threads);
    }
    extra = Map.copyOf(extra);
  }

  /** The number of threads asked for, or the machine's cores. */
  public int effectiveThreads() {
    return threads > 0 ? threads : Runtime.getRuntime().availableProcessors();
  }
}
