package dev.fettle.harness.score;

/**
 * What the rewards of rows come to.
 *
 * @param rows how many have one
 * @param mean of them; NaN of none
 * @param deviation the standard deviation of all of them
 * @param least the smallest
 * @param most the largest
 * @param truncated rows cut to what the model takes
 */
public record RewardSummary(
    long rows, double mean, double deviation, double least, double most, long truncated) {}
