package dev.fettle.harness.wiring;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** What a run has opened, closed together in reverse order. Used by any thread. */
public final class Resources implements AutoCloseable {
  private final Deque<AutoCloseable> opened = new ArrayDeque<>();
  private boolean closed;

  /**
   * Takes over the closing of something.
   *
   * @throws IllegalStateException if everything is closed; so is what comes too late
   */
  public synchronized <T extends AutoCloseable> T own(T resource) {
    if (closed) {
      IllegalStateException late = new IllegalStateException("what this belongs to is closed");
      RuntimeException failed = close(resource, null);
      if (failed != null) {
        late.addSuppressed(failed);
      }
      throw late;
    }
    opened.push(resource);
    return resource;
  }

  @Override
  public synchronized void close() {
    closed = true;
    RuntimeException first = null;
    while (!opened.isEmpty()) {
      first = close(opened.pop(), first);
    }
    if (first != null) {
      throw first;
    }
  }

  /** The rest is closed whatever fails; the first failure is the one told. */
  private static @Nullable RuntimeException close(
      AutoCloseable resource, @Nullable RuntimeException first) {
    try {
      resource.close();
      return first;
    } catch (Exception e) {
      RuntimeException now = e instanceof RuntimeException r ? r : new IllegalStateException(e);
      if (first == null) {
        return now;
      }
      first.addSuppressed(now);
      return first;
    }
  }
}
