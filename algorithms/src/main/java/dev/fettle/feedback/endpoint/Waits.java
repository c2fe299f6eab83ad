package dev.fettle.feedback.endpoint;

import java.net.http.HttpHeaders;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.function.DoubleSupplier;

/**
 * How long is waited before a server is asked again: what it says, or twice as long each time, less
 * up to a half by chance, so that many do not come back at once.
 */
record Waits(double first, double longest, DoubleSupplier chance) {
  private static final int MOST_DOUBLINGS = 30;

  /** Before the retry of this number, from 0. */
  Duration before(int retry) {
    double whole = Math.min(longest, first * (1L << Math.min(retry, MOST_DOUBLINGS)));
    return ofSeconds(whole * (1 - chance.getAsDouble() / 2));
  }

  /** What the server asks for, in seconds or as a date; nothing where it does not, or nonsense. */
  static Optional<Duration> wanted(HttpHeaders headers, Instant now) {
    Optional<String> millis = headers.firstValue("retry-after-ms");
    if (millis.isPresent() && millis.get().strip().matches("[0-9]{1,12}(\\.[0-9]+)?")) {
      return Optional.of(ofSeconds(Double.parseDouble(millis.get().strip()) / 1000));
    }
    return headers.firstValue("retry-after").flatMap(text -> wanted(text.strip(), now));
  }

  private static Optional<Duration> wanted(String text, Instant now) {
    if (text.matches("[0-9]{1,12}(\\.[0-9]+)?")) {
      return Optional.of(ofSeconds(Double.parseDouble(text)));
    }
    try {
      Instant then = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      Duration wait = Duration.between(now, then);
      return Optional.of(wait.isNegative() ? Duration.ZERO : wait);
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  private static Duration ofSeconds(double seconds) {
    return Duration.ofNanos((long) (seconds * 1e9));
  }
}
