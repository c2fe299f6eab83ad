package dev.fettle.algorithm.rl;

/** From what answers are worth to what each of their tokens is. */
public sealed interface Advantages {

  /**
   * Generalised advantages (1506.02438) by a critic of states.
   *
   * @param gamma by which later rewards count less
   * @param lambda how much of what came true is trusted before the critic's estimates
   * @param whitenRewards whether token rewards are brought to a deviation of one, their mean kept
   */
  record Generalised(double gamma, double lambda, boolean whitenRewards) implements Advantages {}

  /** The reward less what the critic says of the prompt: the article's. */
  record OverPrompt() implements Advantages {}

  /**
   * The reward of a whole answer less a baseline, the same for all of its tokens.
   *
   * @param baseline subtracted
   */
  record OfAnswer(Baseline baseline) implements Advantages {}

  /** What the reward of an answer is held against. */
  sealed interface Baseline {}

  /** Nothing. */
  record None() implements Baseline {}

  /**
   * The mean reward of the rollouts before; of its own where it is the first.
   *
   * @param decay share of the average that stays
   */
  record Moving(double decay) implements Baseline {}

  /** The mean of the prompt's other answers. */
  record LeaveOneOut() implements Baseline {}

  /** The mean of all the prompt's answers. */
  record GroupMean() implements Baseline {}

  /**
   * The same, in deviations.
   *
   * @param scale of which the deviation is taken
   */
  record GroupRelative(Scale scale) implements Baseline {}

  /** Whose deviation rewards are counted in. */
  enum Scale {
    /** The prompt's answers'. */
    GROUP,
    /** The whole rollout's. */
    BATCH,
    /** Nobody's: they are counted as they are. */
    NONE
  }

  /** Whether there is a critic. */
  default boolean needCritic() {
    return !(this instanceof OfAnswer);
  }
}
