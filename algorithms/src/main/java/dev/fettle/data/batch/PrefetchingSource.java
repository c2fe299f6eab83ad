package dev.fettle.data.batch;

import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * Lets another source work ahead on a thread of its own. An error there comes out of {@link #next},
 * after the steps made before it.
 */
final class PrefetchingSource<B> implements BatchSource<B> {

  /** What the worker hands over: a step, the end of the data (neither), or an error. */
  private record Item<B>(@Nullable StepBatch<B> step, @Nullable Throwable error) {}

  private final BatchSource<B> source;
  private final int ahead;
  private BlockingQueue<Item<B>> queue;
  private @Nullable Thread worker;
  private @Nullable Item<B> last;
  private Cursor cursor;
  private boolean closed;

  PrefetchingSource(BatchSource<B> source, int ahead) {
    this.source = source;
    this.ahead = ahead;
    this.queue = new ArrayBlockingQueue<>(ahead);
    this.cursor = source.cursor();
  }

  @Override
  public Optional<StepBatch<B>> next() {
    if (closed) {
      throw new IllegalStateException("the source is closed");
    }
    Item<B> item = last == null ? take() : last;
    if (item.error() != null) {
      last = item;
      throw rethrown(item.error());
    }
    if (item.step() == null) {
      last = item;
      return Optional.empty();
    }
    cursor = item.step().after();
    return Optional.of(item.step());
  }

  private Item<B> take() {
    if (worker == null) {
      BlockingQueue<Item<B>> to = queue;
      worker = new Thread(() -> work(to), "fettle-data");
      worker.setDaemon(true);
      worker.start();
    }
    try {
      return queue.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted while waiting for data");
    }
  }

  private void work(BlockingQueue<Item<B>> to) {
    try {
      boolean more = true;
      while (more) {
        Item<B> item;
        try {
          item = new Item<>(source.next().orElse(null), null);
          more = item.step() != null;
        } catch (RuntimeException | Error e) {
          item = new Item<>(null, e);
          more = false;
        }
        to.put(item);
      }
    } catch (InterruptedException e) {
      // Whoever interrupted waits for this thread to end.
      Thread.currentThread().interrupt();
    }
  }

  private static RuntimeException rethrown(Throwable error) {
    if (error instanceof Error fatal) {
      throw fatal;
    }
    return (RuntimeException) error;
  }

  @Override
  public Cursor cursor() {
    return cursor;
  }

  @Override
  public void seek(Cursor to) {
    stop();
    source.seek(to);
    cursor = source.cursor();
    last = null;
  }

  @Override
  public long stepsPerEpoch() {
    return source.stepsPerEpoch();
  }

  private void stop() {
    Thread running = worker;
    if (running == null) {
      return;
    }
    running.interrupt();
    boolean interrupted = false;
    while (true) {
      try {
        running.join();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    worker = null;
    queue = new ArrayBlockingQueue<>(ahead);
  }

  @Override
  public void close() {
    closed = true;
    stop();
    source.close();
  }
}
