package dev.fettle.bestof;

import dev.fettle.sample.Completion;
import java.util.OptionalDouble;

/**
 * An answer and what it is worth.
 *
 * @param completion the answer
 * @param logProb of its tokens under the model that made it
 * @param reward by which one is chosen; NaN where there is none
 * @param gold by a second reward, where one was asked for; NaN where it gives none
 */
public record Candidate(Completion completion, double logProb, double reward, OptionalDouble gold) {

  /** Whether it can be chosen. */
  public boolean isScored() {
    return Double.isFinite(reward);
  }
}
