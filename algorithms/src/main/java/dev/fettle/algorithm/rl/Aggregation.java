package dev.fettle.algorithm.rl;

import dev.fettle.objective.Counts;

/** What each token of an answer counts in the loss of a step. */
public enum Aggregation {
  /** All tokens of the step alike: DAPO, A2C, PPO. */
  TOKENS {
    @Override
    double share(Counts step, int tokens, int longest) {
      return 1.0 / Math.max(1, step.count(PolicyGradientObjective.TOKENS));
    }
  },
  /** All answers alike, and the tokens within each: GRPO as first published. */
  ANSWERS {
    @Override
    double share(Counts step, int tokens, int longest) {
      return 1.0 / ((double) step.count(PolicyGradientObjective.ANSWERS) * tokens);
    }
  },
  /** The mean over answers of the sums over their tokens: the policy gradient itself. */
  SUMS {
    @Override
    double share(Counts step, int tokens, int longest) {
      return 1.0 / step.count(PolicyGradientObjective.ANSWERS);
    }
  },
  /** The same, divided by the longest answer there may be: Dr. GRPO. */
  CONSTANT {
    @Override
    double share(Counts step, int tokens, int longest) {
      return 1.0 / ((double) step.count(PolicyGradientObjective.ANSWERS) * longest);
    }
  };

  /**
   * What a token counts.
   *
   * @param step what the whole step holds
   * @param tokens of its answer
   * @param longest answer there may be
   */
  abstract double share(Counts step, int tokens, int longest);
}
