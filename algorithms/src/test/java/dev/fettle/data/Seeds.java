package dev.fettle.data;

import dev.fettle.models.random.RandomStream;

/** A random seed per run, that a failure prints and a property brings back. */
public record Seeds(long seed) {

  public static Seeds draw() {
    return new Seeds(Long.getLong("fettle.seed", System.nanoTime() & 0xFFFFFF));
  }

  public RandomStream stream(int number) {
    return RandomStream.of(seed, RandomStream.Purpose.DATA, number, 0);
  }

  @Override
  public String toString() {
    return "repeat with -Dfettle.seed=" + seed;
  }
}
