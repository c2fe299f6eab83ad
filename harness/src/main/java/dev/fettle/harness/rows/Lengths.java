package dev.fettle.harness.rows;

import java.util.ArrayList;
import java.util.List;

/**
 * How long the examples of a data set are.
 *
 * @param bars in the order of their lengths; those between the first and the last that are empty
 *     are there too
 * @param longest tokens of the longest example
 */
public record Lengths(List<Bar> bars, int longest) {

  /**
   * Examples of about one length.
   *
   * @param from tokens at least
   * @param to tokens at most
   * @param count how many
   */
  public record Bar(int from, int to, long count) {}

  /** Copies the list. */
  public Lengths {
    bars = List.copyOf(bars);
  }

  /** Counts lengths, twice as many to a bar from one to the next. */
  static final class Counter {
    private final long[] counts = new long[Integer.SIZE];
    private int longest;

    void add(int length) {
      counts[Integer.SIZE - Integer.numberOfLeadingZeros(Math.max(1, length)) - 1]++;
      longest = Math.max(longest, length);
    }

    Lengths lengths() {
      List<Bar> bars = new ArrayList<>();
      long left = 0;
      for (long count : counts) {
        left += count;
      }
      for (int power = 0; power < counts.length && left > 0; power++) {
        if (counts[power] > 0 || !bars.isEmpty()) {
          int to = (int) Math.min(longest, (2L << power) - 1);
          bars.add(new Bar(1 << power, to, counts[power]));
          left -= counts[power];
        }
      }
      return new Lengths(bars, longest);
    }
  }
}
