package dev.fettle.backend.onnxruntime;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.function.Supplier;

/** A few daemon threads that share out independent pieces of work. */
final class HostWorkers implements AutoCloseable {
  private final int threads;
  private final ExecutorService others;

  /** The calling thread and {@code threads - 1} others. */
  HostWorkers(int threads) {
    this.threads = threads;
    this.others = Executors.newFixedThreadPool(Math.max(1, threads - 1), HostWorkers::daemon);
  }

  private static Thread daemon(Runnable task) {
    Thread t = new Thread(task, "fettle-host");
    t.setDaemon(true);
    return t;
  }

  /**
   * Runs pieces {@code 0 .. pieces - 1}, each once, and returns when all are done, also when
   * interrupted or failing: a half updated tensor is worse than a late answer, and one that is
   * still being written is worse than either.
   *
   * @param bodies gives each thread its own body, which may hold scratch memory
   * @throws IllegalStateException if a body threw, once no thread writes any more
   */
  void run(int pieces, Supplier<IntConsumer> bodies) {
    AtomicInteger next = new AtomicInteger();
    Runnable loop =
        () -> {
          IntConsumer body = bodies.get();
          for (int i = next.getAndIncrement(); i < pieces; i = next.getAndIncrement()) {
            body.accept(i);
          }
        };
    List<Future<?>> running = new ArrayList<>();
    for (int t = 1; t < Math.min(threads, pieces); t++) {
      running.add(others.submit(loop));
    }
    FutureTask<?> mine = new FutureTask<>(loop, null);
    mine.run();
    running.add(mine);
    List<Throwable> failures = new ArrayList<>();
    running.forEach(f -> await(f).ifPresent(failures::add));
    if (!failures.isEmpty()) {
      Throwable first = failures.remove(0);
      failures.forEach(first::addSuppressed);
      throw new IllegalStateException("a piece of work failed: " + first, first);
    }
  }

  private static Optional<Throwable> await(Future<?> future) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          future.get();
          return Optional.empty();
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (ExecutionException e) {
          return Optional.of(Objects.requireNonNullElse(e.getCause(), e));
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public void close() {
    others.shutdownNow();
  }
}
