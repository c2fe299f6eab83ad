package dev.fettle.reward.function;

import dev.fettle.reward.RewardFunction;
import dev.fettle.reward.RewardKind;
import dev.fettle.sample.Completion;
import dev.fettle.settings.Key;
import dev.fettle.settings.Keys;
import java.util.List;

/**
 * {@code exact-match}: 1 where the answer is what a column of the prompt's row says, else 0. A
 * column that lists several accepts each of them.
 *
 * @param column what is right
 * @param strip whether blanks around both do not matter
 * @param ignoreCase whether capital and small letters are the same
 */
public record ExactMatch(String column, boolean strip, boolean ignoreCase)
    implements RewardFunction {

  /** Its name and options. */
  public static final RewardKind<ExactMatch> KIND =
      new Named<>(
          "exact-match",
          Keys.of(
              ExactMatch.class,
              PromptColumn.key("the column that says what is right (a list accepts each of it)"),
              Key.flag("strip", "blanks around the answer do not matter").otherwise(true),
              Key.flag("ignoreCase", "capital and small letters are the same").otherwise(false)));

  @Override
  public double[] score(List<Completion> completions) {
    return completions.stream()
        .mapToDouble(
            c -> PromptColumn.any(c.prompt(), column, right -> accepts(right, c.text())) ? 1 : 0)
        .toArray();
  }

  /** Whether an answer is the right one. */
  public boolean accepts(String right, String answer) {
    String wanted = strip ? right.strip() : right;
    String given = strip ? answer.strip() : answer;
    return ignoreCase ? given.equalsIgnoreCase(wanted) : given.equals(wanted);
  }
}
