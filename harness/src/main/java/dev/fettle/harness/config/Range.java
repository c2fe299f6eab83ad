package dev.fettle.harness.config;

import java.util.function.DoublePredicate;

/** The numbers a setting may be. */
enum Range {
  POSITIVE("above 0", v -> v > 0),
  NOT_NEGATIVE("0 or more", v -> v >= 0),
  AT_LEAST_ONE("1 or more", v -> v >= 1),
  AT_LEAST_TWO("2 or more", v -> v >= 2),
  BELOW_ONE("at least 0 and below 1", v -> v >= 0 && v < 1),
  ANY("", v -> true);

  private final String words;
  private final DoublePredicate holds;

  Range(String words, DoublePredicate holds) {
    this.words = words;
    this.holds = holds;
  }

  boolean holds(double value) {
    return holds.test(value);
  }

  /** The noun with the range, as in {@code a number above 0}. */
  String of(String noun) {
    return words.isEmpty() ? noun : noun + ", " + words;
  }
}
