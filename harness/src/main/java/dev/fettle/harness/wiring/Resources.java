package dev.fettle.harness.wiring;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** What a run has opened, closed together in reverse order. */
public final class Resources implements AutoCloseable {
  private final Deque<AutoCloseable> opened = new ArrayDeque<>();

  /** Takes over the closing of something. */
  public <T extends AutoCloseable> T own(T resource) {
    opened.push(resource);
    return resource;
  }

  @Override
  public void close() {
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
