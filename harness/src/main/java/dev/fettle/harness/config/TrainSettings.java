package dev.fettle.harness.config;

import java.util.Optional;

/**
 * Section {@code train}: how long, in what portions, and what is kept.
 *
 * @param steps optimizer steps; give this or {@code epochs}
 * @param epochs passes over the rows, 0.5 for half of one; default 1
 * @param batchSize rows of one optimizer step; default 8
 * @param microBatchSize rows run at once; changes memory and speed only; default {@code batchSize}
 * @param evalEvery steps between evaluations; default 0: only after the last
 * @param checkpointEvery steps between checkpoints; default 500; 0: only after the last
 * @param keep newest checkpoints kept; default 3; 0 keeps all
 * @param logEvery steps between rows of metrics; default 1
 */
public record TrainSettings(
    Optional<Long> steps,
    double epochs,
    int batchSize,
    int microBatchSize,
    long evalEvery,
    long checkpointEvery,
    int keep,
    long logEvery) {

  /** The defaults. */
  public static final TrainSettings DEFAULT =
      new TrainSettings(Optional.empty(), 1, 8, 8, 0, 500, 3, 1);

  /** The optimizer steps of the whole run. */
  public long totalSteps(long stepsPerEpoch) {
    return steps.orElseGet(() -> Math.max(1, (long) Math.ceil(epochs * stepsPerEpoch)));
  }
}
