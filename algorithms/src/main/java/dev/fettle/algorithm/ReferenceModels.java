package dev.fettle.algorithm;

import dev.fettle.train.Policy;
import java.nio.file.Path;

/**
 * Models beside the policy that never learn, each on slots of its own and closed with the run. A
 * policy with a fresh adapter needs none to be held against where it began: {@link
 * Policy#referenceContext} leaves the adapter out over the same slots.
 */
public interface ReferenceModels {

  /**
   * Whether the policy without its adapter is the model that training begins with: it has one, and
   * that one is fresh.
   */
  boolean startsWithoutAdapter();

  /** The model that training begins with, whatever the run has learnt since. */
  Policy start();

  /**
   * Another language model.
   *
   * @param directory of the model
   * @throws dev.fettle.models.config.ModelFileException if it cannot be read
   */
  Policy open(Path directory);
}
