package dev.fettle.algorithm.preference;

import dev.fettle.data.batch.MicroBatch;

/** What answers are held against: log-probabilities of a model that does not learn. */
public interface Reference extends AutoCloseable {

  /**
   * The log-probability of each answer's tokens together.
   *
   * @param tokenWeights what each token counts in its answer's sum, {@code [rows * length]}
   * @return by the answers' places in {@link MicroBatch#answers}
   */
  float[] logProbs(MicroBatch rows, float[] tokenWeights);

  @Override
  void close();
}
