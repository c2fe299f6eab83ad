package dev.fettle.source;

import dev.fettle.models.random.RandomStream;

/** A random seed per run, that a failure prints and a property brings back. */
record Seeds(long seed) {

  static Seeds draw() {
    return new Seeds(Long.getLong("fettle.seed", System.nanoTime() & 0xFFFFFF));
  }

  RandomStream stream(int number) {
    return RandomStream.of(seed, RandomStream.Purpose.DATA, number, 0);
  }

  @Override
  public String toString() {
    return "repeat with -Dfettle.seed=" + seed;
  }
}
