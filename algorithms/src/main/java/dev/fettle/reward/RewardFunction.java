package dev.fettle.reward;

import dev.fettle.sample.Completion;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Says what answers are worth. An application writes its own: it sees the prompt, the columns of
 * the prompt's row, and the answer as text and tokens.
 *
 * <p>It is asked from one thread, for as many answers at a time as there are; equal answers to
 * equal prompts should be worth the same, or a resumed run is not the run it would have been.
 */
@FunctionalInterface
public interface RewardFunction {

  /**
   * The reward of each answer, in order.
   *
   * @return one number for each; NaN where there is none to be given, and the answer is left out
   */
  double[] score(List<Completion> completions);

  /** A function that looks at one answer at a time. */
  static RewardFunction ofEach(ToDoubleFunction<Completion> reward) {
    return completions -> completions.stream().mapToDouble(reward).toArray();
  }
}
