package dev.fettle.feedback;

import java.util.Map;
import java.util.Optional;

/**
 * An answer to a question.
 *
 * @param text what was written; empty where there are likelihoods alone, or nothing
 * @param logProbs of the options that were asked for, as far as they are known
 * @param fault why it is no answer; empty for one
 * @param effort what it took
 */
public record Reply(
    String text, Map<String, Double> logProbs, Optional<String> fault, Effort effort) {

  /**
   * What an answer took.
   *
   * @param request what was asked, summed up in hexadecimal digits
   * @param retries times it had to be asked again before there was any answer
   * @param millis how long it took
   * @param usage tokens, as far as they are known
   */
  public record Effort(String request, int retries, long millis, Usage usage) {}

  /** Copies the map. */
  public Reply {
    logProbs = Map.copyOf(logProbs);
  }

  /** A text. */
  public static Reply of(String text, Effort effort) {
    return new Reply(text, Map.of(), Optional.empty(), effort);
  }

  /** No answer, and why. */
  public static Reply faulty(String fault, Effort effort) {
    return new Reply("", Map.of(), Optional.of(fault), effort);
  }
}
