package dev.fettle.feedback;

import dev.fettle.settings.Key;
import dev.fettle.settings.Keys;
import dev.fettle.settings.Range;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Whole numbers from the worst to the best.
 *
 * @param least the worst score
 * @param most the best score, above {@code least}
 */
public record Scale(int least, int most) {

  /** From 1 to 10, as in RLAIF. */
  public static final Scale TEN = new Scale(1, 10);

  private static final int LONGEST = 100;

  static final Keys<Scale> KEYS =
      Keys.of(
          Scale.class,
          Key.size("least", Range.atLeast(0), "the worst score").otherwise(TEN.least()),
          Key.size("most", Range.atLeast(1), "the best score").otherwise(TEN.most()));

  /**
   * Checks the ends.
   *
   * @throws IllegalArgumentException if there are fewer than two scores, or more than a hundred
   */
  public Scale {
    if (most <= least || most - least > LONGEST || least < 0) {
      throw new IllegalArgumentException(
          "goes from "
              + least
              + " to "
              + most
              + "; let it begin at 0 or above and have 2 to "
              + (LONGEST + 1)
              + " scores");
    }
  }

  /** Whether a number lies on it, between two scores too. */
  public boolean holds(double score) {
    return score >= least && score <= most;
  }

  /** The scores as they are written. */
  public List<String> labels() {
    return IntStream.rangeClosed(least, most).mapToObj(Integer::toString).toList();
  }

  @Override
  public String toString() {
    return least + " to " + most;
  }
}
