package dev.fettle.harness.config;

/** The numbers a setting may be. */
enum Range {
  POSITIVE("above 0"),
  NOT_NEGATIVE("0 or more"),
  AT_LEAST_ONE("1 or more"),
  AT_LEAST_TWO("2 or more"),
  BELOW_ONE("at least 0 and below 1"),
  ANY("");

  private final String words;

  Range(String words) {
    this.words = words;
  }

  boolean holds(double value) {
    return switch (this) {
      case POSITIVE -> value > 0;
      case NOT_NEGATIVE -> value >= 0;
      case AT_LEAST_ONE -> value >= 1;
      case AT_LEAST_TWO -> value >= 2;
      case BELOW_ONE -> value >= 0 && value < 1;
      case ANY -> true;
    };
  }

  /** The noun with the range, as in {@code a number above 0}. */
  String of(String noun) {
    return words.isEmpty() ? noun : noun + ", " + words;
  }
}
