package dev.fettle.harness.model;

import java.util.concurrent.CancellationException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/** Lets calls from many threads come one after the other, in the order they were made. */
final class Turns {
  private final String what;
  private final ReentrantLock lock = new ReentrantLock(true);
  private volatile boolean closed;

  /**
   * The turns of something.
   *
   * @param what its name, with its article, for messages
   */
  Turns(String what) {
    this.what = what;
  }

  /**
   * Makes a call when the earlier ones are over.
   *
   * @throws IllegalStateException if it is closed, before or while the call waits; or if the call
   *     comes from within another one
   * @throws CancellationException if the thread is interrupted while it waits
   */
  <T> T take(Supplier<T> call) {
    requireOpen();
    requireOutside("called");
    try {
      lock.lockInterruptibly();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw interrupted();
    }
    try {
      requireOpen();
      return call.get();
    } finally {
      lock.unlock();
    }
  }

  /** Ends a call whose thread was interrupted; the flag stays set. */
  void requireNotInterrupted() {
    if (Thread.currentThread().isInterrupted()) {
      throw interrupted();
    }
  }

  private CancellationException interrupted() {
    return new CancellationException("the thread was interrupted during a call of " + what);
  }

  /**
   * Checks that it is open.
   *
   * @throws IllegalStateException if it is not
   */
  void requireOpen() {
    if (closed) {
      throw new IllegalStateException(what + " is closed; open it again");
    }
  }

  private void requireOutside(String how) {
    if (lock.isHeldByCurrentThread()) {
      throw new IllegalStateException(
          what + " is " + how + " by a listener of its own; wait until the call has returned");
    }
  }

  /**
   * Makes the last call when those before it are over; those that still wait fail. Does nothing the
   * second time.
   *
   * @throws IllegalStateException if this comes from within a call
   */
  void close(Runnable end) {
    requireOutside("closed");
    lock.lock();
    try {
      if (!closed) {
        closed = true;
        end.run();
      }
    } finally {
      lock.unlock();
    }
  }
}
