package dev.fettle.settings;

/**
 * Section {@code algorithm}: what is optimized, as a record of the algorithm's own. It knows its
 * table, so that it can be written wherever a run's configuration is.
 */
public interface AlgorithmSettings extends AlgorithmKeys {

  /**
   * Whether what it trains is a reward model: it gives a number for a sequence, and no
   * probabilities of tokens.
   */
  default boolean trainsReward() {
    return false;
  }
}
