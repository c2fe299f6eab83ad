package dev.fettle.tck.cases;

import java.util.random.RandomGenerator;

/** What an operand is filled with. */
@FunctionalInterface
public interface Fill {

  /** Element {@code i} in row-major order. */
  double at(RandomGenerator random, long i);

  /** Standard normal numbers. */
  static Fill normal() {
    return (r, i) -> r.nextGaussian();
  }

  /** Numbers from {@code low} to below {@code high}. */
  static Fill uniform(double low, double high) {
    return (r, i) -> r.nextDouble(low, high);
  }

  /** Whole numbers from {@code low} to below {@code high}. */
  static Fill whole(int low, int high) {
    return (r, i) -> r.nextInt(low, high);
  }

  /** Truth values. */
  static Fill truth() {
    return whole(0, 2);
  }

  /** The given numbers, over and over. */
  static Fill of(double... values) {
    return (r, i) -> values[(int) (i % values.length)];
  }
}
