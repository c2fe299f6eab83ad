package dev.fettle.feedback.endpoint;

import java.time.Duration;
import java.time.Instant;

/** Time, as far as waiting between requests goes. */
public interface Pace {

  /** The machine's own. */
  Pace REAL =
      new Pace() {
        @Override
        public long nanos() {
          return System.nanoTime();
        }

        @Override
        public Instant now() {
          return Instant.now();
        }

        @Override
        public void sleep(Duration time) throws InterruptedException {
          Thread.sleep(time.toMillis(), time.toNanosPart() % 1_000_000);
        }
      };

  /** Nanoseconds since some moment. */
  long nanos();

  /** The date, to which a server may want us to wait. */
  Instant now();

  /** Waits. */
  void sleep(Duration time) throws InterruptedException;
}
