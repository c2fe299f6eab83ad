package dev.fettle.algorithm;

/**
 * What a run's random numbers are drawn from.
 *
 * @param value {@code run.seed}
 */
public record RunSeed(long value) {}
