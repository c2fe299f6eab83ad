package dev.fettle.metrics;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalDouble;

/**
 * Tokens per second and seconds per step over the last few steps, so that the first step, which
 * compiles, and an evaluation do not weigh on it for long.
 */
public final class Throughput {
  private record Sample(long tokens, double seconds) {}

  private final int window;
  private final Deque<Sample> samples = new ArrayDeque<>();
  private long tokens;

  /** A meter over that many steps, at least one. */
  public Throughput(int window) {
    if (window < 1) {
      throw new IllegalArgumentException("the window must hold at least one step, got " + window);
    }
    this.window = window;
  }

  /**
   * Adds a step.
   *
   * @param tokens non-padding tokens the step trained on
   * @param seconds how long it took
   */
  public void add(long tokens, double seconds) {
    samples.addLast(new Sample(tokens, seconds));
    this.tokens += tokens;
    if (samples.size() > window) {
      this.tokens -= samples.removeFirst().tokens();
    }
  }

  /** Tokens per second over the window; empty before the first step. */
  public OptionalDouble tokensPerSecond() {
    double s = seconds();
    return s > 0 ? OptionalDouble.of(tokens / s) : OptionalDouble.empty();
  }

  /** Mean seconds of a step over the window; empty before the first step. */
  public OptionalDouble stepSeconds() {
    double s = seconds();
    return s > 0 ? OptionalDouble.of(s / samples.size()) : OptionalDouble.empty();
  }

  /** Summed afresh: a running sum of doubles would drift. */
  private double seconds() {
    double sum = 0;
    for (Sample s : samples) {
      sum += s.seconds();
    }
    return sum;
  }
}
