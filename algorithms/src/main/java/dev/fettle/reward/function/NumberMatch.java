package dev.fettle.reward.function;

import dev.fettle.reward.RewardFunction;
import dev.fettle.reward.RewardKind;
import dev.fettle.sample.Completion;
import dev.fettle.settings.Key;
import dev.fettle.settings.Keys;
import dev.fettle.settings.Range;
import java.util.List;
import java.util.Optional;

/**
 * {@code number}: 1 where the answer comes to the number that a column of the prompt's row says,
 * else 0. In either text it is the one after the last {@code ####}, as GSM8K marks it, or else the
 * last one.
 *
 * @param column what is right
 * @param tolerance by how much the answer may be off
 */
public record NumberMatch(String column, double tolerance) implements RewardFunction {

  /** Its name and options. */
  public static final RewardKind<NumberMatch> KIND =
      new Named<>(
          "number",
          Keys.of(
              NumberMatch.class,
              PromptColumn.key("the column that holds the right number, or a text that ends in it"),
              Key.number("tolerance", Range.atLeast(0), "by how much the answer may be off")
                  .otherwise(0.0)));

  @Override
  public double[] score(List<Completion> completions) {
    return completions.stream()
        .mapToDouble(
            c -> PromptColumn.any(c.prompt(), column, right -> accepts(right, c.text())) ? 1 : 0)
        .toArray();
  }

  /** Whether an answer comes to the right number; not where either has none. */
  public boolean accepts(String right, String answer) {
    Optional<WrittenNumber> wanted = WrittenNumber.of(right);
    Optional<WrittenNumber> given = WrittenNumber.of(answer);
    return wanted.isPresent() && given.isPresent() && given.get().isNear(wanted.get(), tolerance);
  }
}
