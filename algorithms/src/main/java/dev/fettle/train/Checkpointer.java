package dev.fettle.train;

/** Writes what a run needs to go on: tensors from the policy's state, and the progress. */
@FunctionalInterface
public interface Checkpointer {

  /** Writes a checkpoint whole or not at all. */
  void save(Progress progress);
}
