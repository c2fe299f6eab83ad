package dev.fettle.train;

/** Observes training. Called on the training thread, in order; must not change the run. */
public interface TrainingListener {

  /** Before the first step; {@code from} is what was already there on a resume. */
  default void onStart(Progress from, long steps) {}

  /** After each step. */
  default void onStep(StepEvent event) {}

  /** After an evaluation at the given step. */
  default void onEvaluation(long step, StepResult result) {}

  /** After a checkpoint was written whole. */
  default void onCheckpoint(Progress progress) {}

  /** After the last step, or when asked to stop early. */
  default void onEnd(Progress progress, boolean stopped) {}
}
