package dev.fettle.checkpoint;

/**
 * The best evaluation of a run so far.
 *
 * @param step after how many optimizer steps
 * @param metric what was compared, as {@code eval_loss}
 * @param value what it was
 */
public record BestEvaluation(long step, String metric, double value) {}
