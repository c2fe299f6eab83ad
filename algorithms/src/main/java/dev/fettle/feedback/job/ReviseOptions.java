package dev.fettle.feedback.job;

import dev.fettle.settings.Key;
import dev.fettle.settings.Keys;
import dev.fettle.settings.Range;

/**
 * How answers are revised.
 *
 * @param rounds of a critique and a revision, each by a principle of its own
 * @param attempts how often a text is asked for until there is one
 * @param completions whether the last revisions are also written as rows to be fine-tuned on
 */
public record ReviseOptions(int rounds, int attempts, boolean completions) {
  private static final int MOST_ROUNDS = 64;

  /** Two rounds, pairs alone. */
  public static final ReviseOptions DEFAULT = new ReviseOptions(2, 3, false);

  /** Its keys. */
  public static final Keys<ReviseOptions> KEYS =
      Keys.of(
          ReviseOptions.class,
          Key.size(
                  "rounds",
                  Range.atLeast(1).atMost(MOST_ROUNDS),
                  "critiques and revisions of an answer, each by a principle of its own")
              .otherwise(DEFAULT.rounds()),
          Key.size(
                  "attempts",
                  Range.atLeast(1).atMost(100),
                  "how often a critique or revision is asked for until there is one")
              .otherwise(DEFAULT.attempts()),
          Key.flag(
                  "completions",
                  "also writes the last revisions to `sft.jsonl`, to be fine-tuned on")
              .otherwise(DEFAULT.completions()));
}
