package dev.fettle.metrics;

/**
 * How a run shows itself.
 *
 * @param totalSteps optimizer steps in the whole run
 * @param startStep steps done before, by the run this one resumes; else 0
 * @param every without a bar, a line for every so many steps; at least 1
 */
public record ConsoleOptions(long totalSteps, long startStep, long every) {

  /** Checks the ranges. */
  public ConsoleOptions {
    if (totalSteps < 1 || startStep < 0 || every < 1) {
      throw new IllegalArgumentException(
          "not a run: " + totalSteps + " steps from " + startStep + ", a line every " + every);
    }
  }
}
