package dev.fettle.harness.quickstart;

/**
 * Where the recipe stands after one of its stages.
 *
 * @param stage its name
 * @param answers to the held-out questions
 * @param meanReward of these answers by the reward model
 * @param seconds the stage took
 */
public record Milestone(String stage, Examination answers, double meanReward, double seconds) {}
