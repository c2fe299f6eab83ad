package dev.fettle.train;

/** Why a training loop has ended. */
public enum Ending {
  /** All steps are taken. */
  STEPS_TAKEN(true),
  /** There is no more data. */
  DATA_OVER(true),
  /** The watched metric has not improved for as long as one waits for it. */
  NO_IMPROVEMENT(true),
  /** Someone asked to stop; the rest can be done later. */
  STOP_REQUESTED(false),
  /** The training thread was interrupted; as if asked to stop. */
  INTERRUPTED(false);

  private final boolean finished;

  Ending(boolean finished) {
    this.finished = finished;
  }

  /** Whether nothing is left to do. */
  public boolean finished() {
    return finished;
  }
}
