package dev.fettle.metrics;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * Tokens per second and seconds per step over the last few steps. A step in which a program was
 * compiled does not count: it says nothing about those to come, and what a backend prepares at a
 * program's first run is in it too. Where no other is known yet, it counts without its compilation.
 */
public final class Throughput {
  private record Sample(long tokens, double seconds) {}

  private final int window;
  private final Deque<Sample> samples = new ArrayDeque<>();
  private @Nullable Sample compiling;
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
   * @param compileSeconds how much of it went into compiling
   */
  public void add(long tokens, double seconds, double compileSeconds) {
    if (compileSeconds > 0) {
      compiling = new Sample(tokens, Math.max(0, seconds - compileSeconds));
      return;
    }
    samples.addLast(new Sample(tokens, seconds));
    this.tokens += tokens;
    if (samples.size() > window) {
      this.tokens -= samples.removeFirst().tokens();
    }
  }

  /** Tokens per second over the window; empty before the first step. */
  public OptionalDouble tokensPerSecond() {
    if (samples.isEmpty()) {
      return compiling == null
          ? OptionalDouble.empty()
          : rate(compiling.tokens(), compiling.seconds());
    }
    return rate(tokens, seconds());
  }

  /** Mean seconds of a step over the window; empty before the first step. */
  public OptionalDouble stepSeconds() {
    if (samples.isEmpty()) {
      return compiling == null || compiling.seconds() == 0
          ? OptionalDouble.empty()
          : OptionalDouble.of(compiling.seconds());
    }
    double s = seconds();
    return s > 0 ? OptionalDouble.of(s / samples.size()) : OptionalDouble.empty();
  }

  private static OptionalDouble rate(long tokens, double seconds) {
    return seconds > 0 ? OptionalDouble.of(tokens / seconds) : OptionalDouble.empty();
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
