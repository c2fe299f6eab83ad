package dev.fettle.harness.score;

/**
 * The rewards of a pair's answers.
 *
 * @param chosen of the better one; NaN where training would drop the row
 * @param rejected of the other
 * @param margin by how much the row says the chosen one is better; 0 where it says nothing
 */
public record PairRewards(double chosen, double rejected, double margin) {

  /** By how much the model finds the chosen answer better. */
  public double ahead() {
    return chosen - rejected;
  }

  /** Whether there are rewards at all. */
  public boolean isKnown() {
    return !Double.isNaN(ahead());
  }
}
