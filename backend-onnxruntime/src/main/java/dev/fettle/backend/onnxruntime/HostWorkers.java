package dev.fettle.backend.onnxruntime;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
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
   * interrupted: a half updated tensor is worse than a late answer.
   *
   * @param bodies gives each thread its own body, which may hold scratch memory
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
    loop.run();
    running.forEach(HostWorkers::await);
  }

  private static void await(Future<?> future) {
    boolean interrupted = false;
    while (true) {
      try {
        future.get();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      } catch (ExecutionException e) {
        throw new IllegalStateException(e.getCause());
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    others.shutdownNow();
  }
}
