package dev.fettle.files;

import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.util.concurrent.CancellationException;

/**
 * Work on files that must be whole even if the thread is interrupted: an interrupt closes the
 * channels of the thread it reaches, and nothing could be written by it any more.
 */
public final class Uninterrupted {
  /** Whoever interrupts more often than this does not want it written. */
  private static final int ATTEMPTS = 100;

  private Uninterrupted() {}

  /**
   * Does work that can be done again from its beginning, as often as an interrupt breaks it off.
   * The thread is interrupted afterwards if it was before or meanwhile.
   */
  public static void run(Runnable work) {
    boolean interrupted = false;
    try {
      for (int attempt = 1; ; attempt++) {
        interrupted |= Thread.interrupted();
        try {
          work.run();
          return;
        } catch (RuntimeException e) {
          if (!isInterrupt(e) || attempt == ATTEMPTS) {
            throw e;
          }
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Whether something was thrown because the thread was interrupted. */
  public static boolean isInterrupt(Throwable e) {
    if (e instanceof CancellationException) {
      return Thread.currentThread().isInterrupted();
    }
    for (Throwable t = e; t != null; t = t.getCause()) {
      if (t instanceof ClosedByInterruptException
          || t instanceof InterruptedException
          // Those of its kind say that time is over.
          || t.getClass() == InterruptedIOException.class) {
        return true;
      }
    }
    return false;
  }

  /**
   * The same, to be thrown where nothing is declared.
   *
   * @throws Error if it is one
   */
  public static RuntimeException unchecked(Throwable e) {
    if (e instanceof Error error) {
      throw error;
    }
    return e instanceof RuntimeException unchecked ? unchecked : new IllegalStateException(e);
  }
}
