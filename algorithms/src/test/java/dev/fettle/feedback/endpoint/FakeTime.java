package dev.fettle.feedback.endpoint;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Time that passes by waiting alone, and at once. */
final class FakeTime implements Pace {
  private static final Instant BEGUN = Instant.parse("2026-11-01T00:00:00Z");

  private long nanos;
  private final List<Duration> naps = new ArrayList<>();

  @Override
  public synchronized long nanos() {
    return nanos;
  }

  @Override
  public synchronized Instant now() {
    return BEGUN.plusNanos(nanos);
  }

  @Override
  public synchronized void sleep(Duration time) {
    nanos += time.toNanos();
    naps.add(time);
  }

  synchronized double seconds() {
    return nanos / 1e9;
  }
}
