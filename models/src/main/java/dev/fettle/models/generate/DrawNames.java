package dev.fettle.models.generate;

import dev.fettle.models.random.RandomStream;
import dev.fettle.models.random.RandomStream.Purpose;

/**
 * Names the stream a sequence draws from: by the seed, the step, the tokens of its prompt and which
 * of the prompt's samples it is. The place in the batch is no part of it. The mixing is part of
 * every run's identity: never change it.
 */
final class DrawNames {
  private DrawNames() {}

  /**
   * The stream of one sequence.
   *
   * @param sample which of this prompt's, 0 to 2^24 - 1
   */
  static RandomStream stream(SamplingOptions.Draws draws, int[] prompt, int sample) {
    long name = mixed(draws.step());
    for (int id : prompt) {
      name = mixed(name ^ id);
    }
    return RandomStream.of(draws.seed(), Purpose.SAMPLE, name, sample);
  }

  /** Steele, Lea and Flood, 2014, "Fast splittable pseudorandom number generators": SplitMix64. */
  private static long mixed(long x) {
    long z = x + 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
