package dev.fettle.reward.function;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fettle.data.read.DataException;
import dev.fettle.reward.RewardFunction;
import dev.fettle.reward.RewardKind;
import dev.fettle.sample.Completion;
import dev.fettle.sample.SamplePrompt;
import dev.fettle.settings.Key;
import dev.fettle.settings.Keys;
import java.util.List;
import java.util.stream.IntStream;

/**
 * {@code sorted-letters}: 1 where the letters of the answer are those of the prompt in their order,
 * else 0; anything that is no letter does not count. A task that a model of any size can learn, and
 * a program can judge.
 *
 * @param column whose letters are to be sorted: a text, or messages of which the last counts
 * @param partial whether the share of letters at their right place is given in place of 0
 */
public record SortedLetters(String column, boolean partial) implements RewardFunction {

  /** Its name and options. */
  public static final RewardKind<SortedLetters> KIND =
      new Named<>(
          "sorted-letters",
          Keys.of(
              SortedLetters.class,
              Key.text("column", "the column whose letters are to be sorted").otherwise("prompt"),
              Key.flag("partial", "gives the share of letters at their right place")
                  .otherwise(false)));

  @Override
  public double[] score(List<Completion> completions) {
    return completions.stream().mapToDouble(this::reward).toArray();
  }

  private double reward(Completion completion) {
    int[] wanted = letters(text(completion.prompt())).sorted().toArray();
    int[] given = letters(completion.text()).toArray();
    if (wanted.length == 0) {
      return Double.NaN;
    }
    int right = 0;
    for (int i = 0; i < Math.min(wanted.length, given.length); i++) {
      right += wanted[i] == given[i] ? 1 : 0;
    }
    double share = (double) right / Math.max(wanted.length, given.length);
    return partial || share == 1 ? share : 0;
  }

  private static IntStream letters(String text) {
    return text.codePoints().filter(Character::isLetter);
  }

  private String text(SamplePrompt prompt) {
    JsonNode value = prompt.row().path(column);
    JsonNode last = value.isArray() ? value.path(value.size() - 1).path("content") : value;
    if (last.isTextual()) {
      return last.textValue();
    }
    // Prompts that came as tokens have their text alone.
    if (value.isMissingNode() && column.equals("prompt")) {
      return prompt.text();
    }
    throw new DataException(
        "row "
            + (prompt.index() + 1)
            + " of the prompts has no text in column '"
            + column
            + "'; set the reward's 'column' to the one whose letters are to be sorted");
  }
}
