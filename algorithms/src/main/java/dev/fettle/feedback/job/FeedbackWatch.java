package dev.fettle.feedback.job;

/** Watches a job. Called on the thread that it runs on. */
public interface FeedbackWatch {

  /** Watches nothing, and never stops. */
  FeedbackWatch NONE = new FeedbackWatch() {};

  /**
   * Told once before the first row, and after each few rows.
   *
   * @param done rows that are done, those of earlier calls among them
   * @param total rows there are
   */
  default void onRows(long done, long total) {}

  /**
   * Told where answers are sampled first, once before the first batch and after each.
   *
   * @param done answers that are there
   * @param total answers there are to be
   */
  default void onSamples(long done, long total) {}

  /** Asked again and again, also while a judge is waited for, and then by other threads. */
  default boolean stopRequested() {
    return false;
  }
}
