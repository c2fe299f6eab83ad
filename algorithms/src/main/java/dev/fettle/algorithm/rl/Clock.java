package dev.fettle.algorithm.rl;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/** Adds up the seconds of parts of a work, by name. */
final class Clock {
  private final Map<String, Double> seconds = new LinkedHashMap<>();

  <T> T time(String part, Supplier<T> work) {
    long start = System.nanoTime();
    try {
      return work.get();
    } finally {
      seconds.merge(part, (System.nanoTime() - start) / 1e9, Double::sum);
    }
  }

  Map<String, Double> seconds() {
    return seconds;
  }
}
