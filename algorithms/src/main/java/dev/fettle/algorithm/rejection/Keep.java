package dev.fettle.algorithm.rejection;

import dev.fettle.settings.Key;
import dev.fettle.settings.Keys;
import dev.fettle.settings.Range;
import java.util.Optional;

/**
 * Which answers are learnt: those that meet every condition that is given.
 *
 * @param answers {@link Answers#BEST} is {@code topK: 1}
 * @param topK so many of each prompt's
 * @param topShare this share of all, the best
 * @param threshold those worth at least this
 */
public record Keep(
    Optional<Answers> answers,
    Optional<Integer> topK,
    Optional<Double> topShare,
    Optional<Double> threshold) {

  /** A word for a condition. */
  public enum Answers {
    /** Each prompt's best answer. */
    BEST,
    /** Every answer. */
    ALL
  }

  static final Keys<Keep> KEYS =
      Keys.of(
              Keep.class,
              Key.choice(
                      "answers",
                      Answers.class,
                      "`best`: each prompt's best answer, as Llama 2 and RAFT; `all`: every one that"
                          + " meets the other conditions")
                  .optional("`best` where no other condition is given"),
              Key.size("topK", Range.atLeast(1), "so many of each prompt's answers, the best")
                  .optional(),
              Key.number(
                      "topShare",
                      Range.above(0).atMost(1),
                      "this share of all the round's answers, the best")
                  .optional()
                  .also("top_reward_percentage"),
              Key.number("threshold", Range.ANY, "answers worth at least this").optional())
          .rule(
              "answers",
              k -> k.topK().isEmpty() || k.answers().isEmpty(),
              k -> "is given beside topK, which says how many; keep one");

  /** Each prompt's best answer. */
  public static final Keep BEST =
      new Keep(Optional.of(Answers.BEST), Optional.empty(), Optional.empty(), Optional.empty());

  /** Answers kept of a prompt at most. */
  int most() {
    boolean alone = topShare.isEmpty() && threshold.isEmpty();
    boolean best = answers.map(a -> a == Answers.BEST).orElse(alone && topK.isEmpty());
    return best ? 1 : topK.orElse(Integer.MAX_VALUE);
  }

  /**
   * Answers one may expect to keep of a round: what the steps of an epoch are counted by. How many
   * reach a threshold nobody knows beforehand; it does not count, and where there is nothing but a
   * threshold, one answer a prompt.
   *
   * @param prompts of the round
   * @param samples of each prompt
   */
  long expected(long prompts, int samples) {
    long each = prompts * Math.min(most(), samples);
    if (topShare.isPresent()) {
      return Math.min(each, share(prompts * samples));
    }
    return most() == Integer.MAX_VALUE && threshold.isPresent() ? prompts : each;
  }

  /** How many answers the share of some is: at least one. */
  long share(long answers) {
    return topShare.map(s -> Math.max(1, (long) Math.ceil(s * answers - 1e-9))).orElse(answers);
  }
}
