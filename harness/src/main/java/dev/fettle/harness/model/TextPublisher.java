package dev.fettle.harness.model;

import java.util.concurrent.CancellationException;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.SubmissionPublisher;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * A text as it is generated, once for each subscriber. Generation begins with the first request,
 * and does not wait for a slow subscriber, who would keep the model from others: what was not asked
 * for yet is held, which is the whole text at most. It ends soon after a subscriber has cancelled.
 */
final class TextPublisher implements Flow.Publisher<String> {
  /** The most a {@link SubmissionPublisher} can hold. */
  private static final int LARGEST = 1 << 30;

  private final Executor executor;
  private final int most;
  private final Consumer<Pieces> generation;

  /**
   * A publisher.
   *
   * @param executor runs generation, and tells subscribers
   * @param most pieces a text may have
   * @param generation gives out pieces, and returns after the last
   */
  TextPublisher(Executor executor, int most, Consumer<Pieces> generation) {
    this.executor = executor;
    this.most = Math.min(most, LARGEST);
    this.generation = generation;
  }

  /**
   * Where the pieces of one text go.
   *
   * @param to one subscriber
   * @param cancelled set at once by the subscriber, of whom the publisher learns later
   */
  record Pieces(SubmissionPublisher<String> to, AtomicBoolean cancelled) {

    /**
     * Checks that somebody still listens.
     *
     * @throws CancellationException if nobody does
     */
    void requireWanted() {
      if (cancelled.get() || !to.hasSubscribers()) {
        throw new CancellationException("the subscriber has cancelled");
      }
    }

    /** Gives out a piece; there is always room for it. */
    void add(String piece) {
      to.submit(piece);
    }
  }

  @Override
  public void subscribe(Flow.Subscriber<? super String> subscriber) {
    Pieces pieces = new Pieces(new SubmissionPublisher<>(executor, most), new AtomicBoolean());
    Runnable begin = () -> executor.execute(() -> generate(pieces));
    pieces.to().subscribe(new OnDemand(subscriber, begin, pieces.cancelled()));
  }

  /** Whatever goes wrong is told to the subscriber, who is the only one to know of the text. */
  private void generate(Pieces pieces) {
    try {
      generation.accept(pieces);
      pieces.to().close();
    } catch (RuntimeException | Error e) {
      pieces.to().closeExceptionally(e);
    }
  }

  /** Begins with the first request; after a cancellation nothing is told any more. */
  private static final class OnDemand implements Flow.Subscriber<String> {
    private final Flow.Subscriber<? super String> to;
    private final Runnable begin;
    private final AtomicBoolean begun = new AtomicBoolean();
    private final AtomicBoolean cancelled;

    OnDemand(Flow.Subscriber<? super String> to, Runnable begin, AtomicBoolean cancelled) {
      this.to = to;
      this.begin = begin;
      this.cancelled = cancelled;
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      to.onSubscribe(
          new Flow.Subscription() {
            @Override
            public void request(long n) {
              subscription.request(n);
              if (n > 0 && !cancelled.get() && begun.compareAndSet(false, true)) {
                begin.run();
              }
            }

            @Override
            public void cancel() {
              cancelled.set(true);
              subscription.cancel();
            }
          });
    }

    @Override
    public void onNext(String piece) {
      if (!cancelled.get()) {
        to.onNext(piece);
      }
    }

    @Override
    public void onError(Throwable error) {
      if (!cancelled.get()) {
        to.onError(error);
      }
    }

    @Override
    public void onComplete() {
      if (!cancelled.get()) {
        to.onComplete();
      }
    }
  }
}
