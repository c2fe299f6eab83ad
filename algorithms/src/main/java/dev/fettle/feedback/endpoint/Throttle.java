package dev.fettle.feedback.endpoint;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;

/** Says when the next request may go: evenly spaced, and not before the server wants any. */
final class Throttle {
  private static final Duration LONGEST_NAP = Duration.ofMillis(100);
  private static final double MINUTE = 60e9;

  private final Pace pace;
  private final BooleanSupplier stop;
  private final long between;
  private long next;

  Throttle(Pace pace, Optional<Double> perMinute, BooleanSupplier stop) {
    this.pace = pace;
    this.stop = stop;
    this.between = perMinute.map(n -> (long) Math.ceil(MINUTE / n)).orElse(0L);
    this.next = pace.nanos();
  }

  /** Waits for a turn. */
  void await() throws InterruptedException {
    waitUntil(turn());
  }

  private synchronized long turn() {
    long mine = Math.max(next, pace.nanos());
    next = mine + between;
    return mine;
  }

  /** Lets nobody go before so much time is over. */
  synchronized void hold(Duration time) {
    next = Math.max(next, pace.nanos() + time.toNanos());
  }

  /** Waits; in short naps, so that a request to stop is heard. */
  void sleep(Duration time) throws InterruptedException {
    waitUntil(pace.nanos() + time.toNanos());
  }

  private void waitUntil(long moment) throws InterruptedException {
    for (long left = moment - pace.nanos(); left > 0; left = moment - pace.nanos()) {
      requireGoingOn();
      Duration nap = Duration.ofNanos(left);
      pace.sleep(nap.compareTo(LONGEST_NAP) > 0 ? LONGEST_NAP : nap);
    }
    requireGoingOn();
  }

  private void requireGoingOn() {
    if (stop.getAsBoolean()) {
      throw new CancellationException("asked to stop");
    }
  }
}
