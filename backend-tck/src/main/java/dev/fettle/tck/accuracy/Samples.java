package dev.fettle.tck.accuracy;

import dev.fettle.spi.HostTensor;
import java.util.SplittableRandom;

/**
 * Where an operand is sampled: half the samples lie evenly in an interval, the other half are
 * spread over all binades of the floats between two bounds, so that the tiny and the huge are seen.
 *
 * @param low the interval's lower end
 * @param high its upper end
 * @param least the bounds of the other half: the smallest float
 * @param most the largest
 */
public record Samples(double low, double high, double least, double most) {
  private static final double SMALLEST = Float.MIN_NORMAL;

  /** All floats, and the interval densely. */
  static Samples all(double low, double high) {
    return new Samples(low, high, -Float.MAX_VALUE, Float.MAX_VALUE);
  }

  /** All floats above 0, and the interval densely. */
  static Samples positive(double low, double high) {
    return new Samples(low, high, SMALLEST, Float.MAX_VALUE);
  }

  /** Only floats between two numbers. */
  static Samples within(double low, double high) {
    return new Samples(low, high, low, high);
  }

  /** Fills a tensor; the same for the same seed. Subnormal numbers are left out. */
  public void fill(HostTensor tensor, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (long i = 0; i < tensor.elements(); i++) {
      float x = i % 2 == 0 ? (float) random.nextDouble(low, high) : anyBinade(random);
      tensor.set(i, Math.abs(x) < SMALLEST ? 0 : x);
    }
  }

  private float anyBinade(SplittableRandom random) {
    while (true) {
      float x = Float.intBitsToFloat(random.nextInt());
      if (x >= least && x <= most) {
        return x;
      }
    }
  }
}
