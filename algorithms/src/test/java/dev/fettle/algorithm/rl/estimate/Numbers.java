package dev.fettle.algorithm.rl.estimate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fettle.models.random.RandomStream;
import java.util.stream.IntStream;

/** Arrays of golden files and random ones, and how near two must be. */
final class Numbers {
  /** Relative, of what is computed in F64. */
  private static final double TOLERANCE = 1e-9;

  private Numbers() {}

  /** Null is NaN, which JSON does not have. */
  static double[] row(JsonNode array) {
    return IntStream.range(0, array.size())
        .mapToDouble(i -> array.get(i).isNull() ? Double.NaN : array.get(i).doubleValue())
        .toArray();
  }

  static double[][] rows(JsonNode array) {
    return IntStream.range(0, array.size())
        .mapToObj(i -> row(array.get(i)))
        .toArray(double[][]::new);
  }

  static double[] random(RandomStream stream, int count) {
    return IntStream.range(0, count).mapToDouble(i -> 4 * stream.nextDouble() - 2).toArray();
  }

  static void close(String what, double[] actual, double... expected) {
    assertThat(actual).as(what).hasSameSizeAs(expected);
    for (int i = 0; i < actual.length; i++) {
      close(what + ", number " + i, actual[i], expected[i]);
    }
  }

  static void close(String what, double actual, double expected) {
    assertThat(actual)
        .as(what)
        .isCloseTo(expected, within(TOLERANCE * Math.max(1, Math.abs(expected))));
  }
}
