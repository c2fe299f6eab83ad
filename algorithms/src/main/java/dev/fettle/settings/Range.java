package dev.fettle.settings;

/**
 * The numbers a setting may be, as in {@code Range.atLeast(0).below(1)}.
 *
 * @param low the lower end; negative infinity for none
 * @param withLow whether {@code low} itself is in it
 * @param high the upper end; infinity for none
 * @param withHigh whether {@code high} itself is in it
 */
public record Range(double low, boolean withLow, double high, boolean withHigh) {

  /** Every finite number. */
  public static final Range ANY =
      new Range(Double.NEGATIVE_INFINITY, false, Double.POSITIVE_INFINITY, false);

  /** Numbers greater than this one. */
  public static Range above(double low) {
    return new Range(low, false, Double.POSITIVE_INFINITY, false);
  }

  /** This number and those greater. */
  public static Range atLeast(double low) {
    return new Range(low, true, Double.POSITIVE_INFINITY, false);
  }

  /** Of these, the numbers less than this one. */
  public Range below(double end) {
    return new Range(low, withLow, end, false);
  }

  /** Of these, this number and those less. */
  public Range atMost(double end) {
    return new Range(low, withLow, end, true);
  }

  boolean holds(double value) {
    return (value > low || (withLow && value == low))
        && (value < high || (withHigh && value == high));
  }

  /** As in {@code above 0} or {@code at least 0 and below 1}; empty where every number is in it. */
  String words() {
    boolean bottom = low > Double.NEGATIVE_INFINITY;
    boolean top = high < Double.POSITIVE_INFINITY;
    if (bottom && !top) {
      return withLow ? plain(low) + " or more" : "above " + plain(low);
    }
    String from = bottom ? (withLow ? "at least " : "above ") + plain(low) : "";
    String to = top ? (withHigh ? "at most " : "below ") + plain(high) : "";
    return from + (bottom && top ? " and " : "") + to;
  }

  /** The noun with the range, as in {@code a number, above 0}. */
  String of(String noun) {
    return words().isEmpty() ? noun : noun + ", " + words();
  }

  /** A number as one writes it: {@code 1}, {@code 0.1}, {@code 2e-5}. */
  static String plain(double value) {
    if (value == Math.rint(value) && Math.abs(value) < 1e15) {
      return Long.toString((long) value);
    }
    return Double.toString(value).replace(".0E", "e").replace('E', 'e');
  }
}
