package dev.fettle.integration;

/** How close two runs of the same training must stay, step by step. Never loosened to pass. */
final class TrajectoryTolerances {
  /** Absolute, of every step's loss. */
  static final double LOSS = 2e-5;

  /** Absolute, of the loss residual averaged over the run. */
  static final double MEAN_LOSS = 2e-6;

  /** Relative, of the gradient norm. */
  static final double GRADIENT_NORM = 1e-3;

  /**
   * How much farther two backends may part than one parts from itself when its weights are nudged.
   */
  static final double GROWTH = 2;

  private TrajectoryTolerances() {}
}
