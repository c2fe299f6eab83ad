package dev.fettle.algorithm.preference;

/** What answers are held against: log-probabilities of a model that does not learn. */
public interface Reference extends AutoCloseable {

  /**
   * The log-probability of each answer's tokens together, {@code [2 pairs]}.
   *
   * @param tail what the tokens of the longer answer beyond the shorter one's length count
   */
  float[] logProbs(PairBatch batch, double tail);

  @Override
  void close();
}
