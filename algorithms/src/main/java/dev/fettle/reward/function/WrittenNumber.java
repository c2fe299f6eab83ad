package dev.fettle.reward.function;

import java.math.BigDecimal;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A number as people write it in text: with a sign, a currency before it, commas between thousands,
 * decimals, an exponent, as a fraction, with a percent sign or a full stop behind it.
 *
 * @param above the numerator
 * @param below the denominator, not 0
 */
record WrittenNumber(BigDecimal above, BigDecimal below) {

  /** Digits in groups of three or in one row, with decimals or not; or decimals alone. */
  private static final String PLAIN =
      "(?:[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])|[0-9]+)(?:\\.[0-9]+)?|\\.[0-9]+";

  /** A sign belongs to the number unless something stands right before it, as in 5-3 or x-3. */
  private static final Pattern NUMBER =
      Pattern.compile(
          "(?<sign>(?<![\\p{L}0-9)\\].%])[-+\\u2212\\u2013])?(?:\\p{Sc}\\s?(?<inner>[-\\u2212])?)?"
              + "(?<above>"
              + PLAIN
              + ")(?:[eE](?<exponent>[-+]?[0-9]{1,3})(?![0-9\\p{L}]))?"
              + "(?:/(?<below>"
              + PLAIN
              + "))?");

  /** Characters of a number; reading one takes time that grows with the square of its length. */
  private static final int LONGEST = 1000;

  private static final String MARK = "####";

  /** The number after the last mark of GSM8K that has one in its line, else the last one. */
  static Optional<WrittenNumber> of(String text) {
    int end = text.length();
    for (int at = text.lastIndexOf(MARK); at >= 0; at = text.lastIndexOf(MARK, at - 1)) {
      String after = text.substring(Math.min(at + MARK.length(), end), end);
      int line = after.indexOf('\n');
      Matcher first = NUMBER.matcher(line < 0 ? after : after.substring(0, line));
      if (first.find()) {
        return read(first);
      }
      end = at;
    }
    return last(text);
  }

  private static Optional<WrittenNumber> last(String text) {
    Optional<WrittenNumber> last = Optional.empty();
    Matcher number = NUMBER.matcher(text);
    while (number.find()) {
      last = read(number);
    }
    return last;
  }

  /** Nothing where it is longer than any number: what a model writes that cannot stop. */
  private static Optional<WrittenNumber> read(Matcher m) {
    if (m.end() - m.start() > LONGEST) {
      return Optional.empty();
    }
    BigDecimal above = plain(m.group("above"));
    if (m.group("exponent") != null) {
      above = above.scaleByPowerOfTen(Integer.parseInt(m.group("exponent")));
    }
    boolean negative = isMinus(m.group("sign")) != (m.group("inner") != null);
    BigDecimal below = m.group("below") == null ? BigDecimal.ONE : plain(m.group("below"));
    // What looks like a division by nothing is no fraction.
    BigDecimal by = below.signum() == 0 ? BigDecimal.ONE : below;
    return Optional.of(new WrittenNumber(negative ? above.negate() : above, by));
  }

  private static boolean isMinus(@Nullable String sign) {
    return sign != null && sign.charAt(0) != '+';
  }

  private static BigDecimal plain(String digits) {
    return new BigDecimal(digits.replace(",", ""));
  }

  /** Whether both are equal, or no further apart than so much. */
  boolean isNear(WrittenNumber other, double tolerance) {
    // a/b and c/d differ by (ad - cb) / bd; nothing has to be divided.
    BigDecimal apart = above.multiply(other.below).subtract(other.above.multiply(below)).abs();
    BigDecimal allowed = BigDecimal.valueOf(tolerance).multiply(below.multiply(other.below));
    return apart.compareTo(allowed) <= 0;
  }
}
