package dev.fettle.spi.support;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets one call at a time into something that serves no more, and refuses the others, from another
 * thread or from within the call itself: an error in place of a wrong result. Threads may call one
 * after the other.
 */
public final class SoleUse {
  private final String what;
  private final AtomicReference<@Nullable Thread> user = new AtomicReference<>();
  private volatile boolean closed;

  /**
   * Guards something.
   *
   * @param what its name, with its article, for messages
   */
  public SoleUse(String what) {
    this.what = what;
  }

  /**
   * Makes a call.
   *
   * @throws IllegalStateException if another one runs, or this is closed; the message says which
   */
  public <T> T call(Supplier<T> call) {
    occupy();
    try {
      if (closed) {
        throw new IllegalStateException(what + " is closed; open another one");
      }
      return call.get();
    } finally {
      user.set(null);
    }
  }

  /**
   * Makes a call that gives nothing.
   *
   * @throws IllegalStateException if another one runs, or this is closed; the message says which
   */
  public void run(Runnable call) {
    call(
        () -> {
          call.run();
          return what;
        });
  }

  private void occupy() {
    Thread self = Thread.currentThread();
    Thread other = user.compareAndExchange(null, self);
    if (other == self) {
      throw new IllegalStateException(
          what + " is called from within one of its own calls, as by a listener; wait for its end");
    }
    if (other != null) {
      throw new IllegalStateException(
          what
              + " is in use by thread '"
              + other.getName()
              + "' and serves one call at a time; let threads take turns, or open one for each");
    }
  }

  /**
   * Makes the last call, after which there is none. Does nothing the second time.
   *
   * @param end the last call
   * @throws IllegalStateException if another one runs; it stays open then
   */
  public void close(Runnable end) {
    if (closed) {
      return;
    }
    occupy();
    try {
      if (!closed) {
        closed = true;
        end.run();
      }
    } finally {
      user.set(null);
    }
  }

  /** True after {@link #close}. */
  public boolean isClosed() {
    return closed;
  }
}
