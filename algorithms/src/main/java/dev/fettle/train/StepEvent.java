package dev.fettle.train;

import java.util.Map;

/**
 * One optimizer step that was taken.
 *
 * @param step its number, from 1
 * @param epoch passes over the data so far
 * @param learningRate the one used
 * @param metrics loss, gradient norm before clipping, and whatever the objective measures
 * @param found what the source measured when it made this step's data, as the rewards of a rollout;
 *     empty for most steps
 * @param tokens non-padding tokens of this step
 * @param totalTokens non-padding tokens so far
 * @param seconds wall time of this step, waiting for data included
 * @param compileSeconds how much of it was spent on tracing and compiling programs
 */
public record StepEvent(
    long step,
    double epoch,
    double learningRate,
    Map<String, Double> metrics,
    Map<String, Double> found,
    long tokens,
    long totalTokens,
    double seconds,
    double compileSeconds) {}
