package dev.fettle.harness.quickstart;

/**
 * A question with its right answer and a wrong one.
 *
 * @param task the question and what is right
 * @param wrong what is not
 */
public record TaskPair(Task task, String wrong) {}
