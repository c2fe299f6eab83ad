package dev.fettle.harness.config;

/** Where metrics go: section {@code track}, by default {@code [console, jsonl]}. */
public enum Track {
  /** A progress bar, or lines where there is no terminal. */
  CONSOLE,
  /** {@code metrics.jsonl} in the run's directory. */
  JSONL,
  /** Event files in {@code tensorboard/} in the run's directory. */
  TENSORBOARD
}
