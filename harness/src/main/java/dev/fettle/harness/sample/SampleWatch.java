package dev.fettle.harness.sample;

/** Watches sampling. Called on the thread that samples. */
public interface SampleWatch {

  /** Watches nothing, and never stops. */
  SampleWatch NONE = new SampleWatch() {};

  /**
   * Told after each batch, and once before the first.
   *
   * @param done answers that are made, those of earlier calls among them
   * @param total answers there are to be
   * @param tokens made by this call
   */
  default void onAnswers(long done, long total, long tokens) {}

  /** Asked after each token; what is not whole by then is made again by the next call. */
  default boolean stopRequested() {
    return false;
  }
}
