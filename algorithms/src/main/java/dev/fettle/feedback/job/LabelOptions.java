package dev.fettle.feedback.job;

import dev.fettle.settings.Key;
import dev.fettle.settings.Keys;
import dev.fettle.settings.Range;

/**
 * How answers become pairs.
 *
 * @param by whether two answers are compared, or each gets a score
 * @param bothOrders whether each comparison is asked in both orders
 * @param decide what two verdicts make
 * @param compare which answers of a row are compared
 * @param gap by how much better the better one must be: of scores their difference, of {@code mean}
 *     the distance of the probability from one half
 * @param keepUndecided whether pairs without a better answer are kept in a file of their own
 */
public record LabelOptions(
    By by, boolean bothOrders, Decide decide, Compare compare, double gap, boolean keepUndecided) {

  /** What a judge is asked for. */
  public enum By {
    /** Which of two answers is better. */
    COMPARISON,
    /** A score for each answer. */
    SCORE
  }

  /** What the verdicts of both orders make. */
  public enum Decide {
    /** A preference where both name the same answer. */
    AGREE,
    /** A preference by the mean of both probabilities. */
    MEAN
  }

  /** Which answers of a row are compared. */
  public enum Compare {
    /** Each with each other. */
    ALL,
    /** Each with the next: the first with the second, the third with the fourth. */
    NEIGHBOURS
  }

  /** Comparisons in both orders, of all answers; verdicts must agree. */
  public static final LabelOptions DEFAULT =
      new LabelOptions(By.COMPARISON, true, Decide.AGREE, Compare.ALL, 0, false);

  /** Its keys. */
  public static final Keys<LabelOptions> KEYS =
      Keys.of(
              LabelOptions.class,
              Key.choice(
                      "by",
                      By.class,
                      "`comparison`: the judge says which of two answers is better; `score`: it"
                          + " scores each answer by itself")
                  .otherwise(DEFAULT.by()),
              Key.flag(
                      "bothOrders",
                      "asks for each comparison in both orders, so that the order does not count")
                  .otherwise(DEFAULT.bothOrders()),
              Key.choice(
                      "decide",
                      Decide.class,
                      "`agree`: a preference where both orders name the same answer; `mean`: by the"
                          + " mean of both probabilities")
                  .otherwise(DEFAULT.decide()),
              Key.choice(
                      "compare",
                      Compare.class,
                      "`all`: each answer of a row with each other; `neighbours`: the first with"
                          + " the second, the third with the fourth")
                  .otherwise(DEFAULT.compare()),
              Key.number(
                      "gap",
                      Range.atLeast(0),
                      "by how much the better one must be better: with `score` the difference, with"
                          + " `mean` the probability beyond one half")
                  .otherwise(DEFAULT.gap()),
              Key.flag(
                      "keepUndecided",
                      "writes ties, disagreements and what was undecided to `undecided.jsonl`")
                  .otherwise(DEFAULT.keepUndecided()))
          .rule(
              "gap",
              o -> o.by == By.SCORE || o.gap == 0 || (o.decide == Decide.MEAN && o.gap < 0.5),
              o ->
                  o.decide == Decide.MEAN
                      ? "is " + o.gap + "; a probability is less than 0.5 beyond one half"
                      : "needs by: score or decide: mean; verdicts that agree have no gap");
}
