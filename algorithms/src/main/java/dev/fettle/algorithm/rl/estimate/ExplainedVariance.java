package dev.fettle.algorithm.rl.estimate;

/** How much of the returns a critic foresees. */
public final class ExplainedVariance {
  private ExplainedVariance() {}

  /**
   * {@code 1 - Var(R - V) / Var(R)} over all tokens of all answers: 1 for a perfect critic, 0 for
   * one that says the same of everything, negative for a worse one. NaN where all returns are
   * equal, or there are none: nothing is left to explain.
   *
   * @param returns by answer and token
   * @param values by answer and token
   */
  public static double of(double[][] returns, double[][] values) {
    double[][] apart = new double[returns.length][];
    for (int i = 0; i < returns.length; i++) {
      if (returns.length != values.length || returns[i].length != values[i].length) {
        throw new IllegalArgumentException("there must be a value for each return");
      }
      apart[i] = new double[returns[i].length];
      for (int t = 0; t < apart[i].length; t++) {
        apart[i][t] = returns[i][t] - values[i][t];
      }
    }
    double whole = Spread.of(returns).squares();
    return whole == 0 ? Double.NaN : 1 - Spread.of(apart).squares() / whole;
  }
}
