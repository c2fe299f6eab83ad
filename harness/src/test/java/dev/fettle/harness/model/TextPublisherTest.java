package dev.fettle.harness.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TextPublisherTest {
  private static final int PIECES = 1000;
  private static final String DONE = "<done>";

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final AtomicInteger made = new AtomicInteger();
  private final AtomicInteger begun = new AtomicInteger();

  @AfterEach
  void stop() {
    threads.shutdownNow();
  }

  /** Keeps what it is told, and asks for nothing by itself. */
  private static final class Reader implements Flow.Subscriber<String> {
    private final LinkedBlockingQueue<String> told = new LinkedBlockingQueue<>();
    private final CountDownLatch subscribed = new CountDownLatch(1);
    private final AtomicReference<Flow.@Nullable Subscription> subscription =
        new AtomicReference<>();

    @Override
    public void onSubscribe(Flow.Subscription s) {
      subscription.set(s);
      subscribed.countDown();
    }

    @Override
    public void onNext(String piece) {
      told.add(piece);
    }

    @Override
    public void onError(Throwable error) {
      told.add("<" + error.getMessage() + ">");
    }

    @Override
    public void onComplete() {
      told.add(DONE);
    }

    Flow.Subscription subscription() throws InterruptedException {
      assertThat(subscribed.await(10, TimeUnit.SECONDS)).isTrue();
      return Objects.requireNonNull(subscription.get());
    }

    String next() throws InterruptedException {
      String piece = told.poll(10, TimeUnit.SECONDS);
      return Objects.requireNonNull(piece, "a piece that was asked for did not come");
    }

    void expectNothing() throws InterruptedException {
      assertThat(told.poll(50, TimeUnit.MILLISECONDS)).isNull();
    }
  }

  /** Counts, a piece at a time; stops when nobody listens. */
  private void count(TextPublisher.Pieces pieces) {
    begun.incrementAndGet();
    for (int i = 0; i < PIECES; i++) {
      pieces.requireWanted();
      pieces.add(Integer.toString(i));
      made.incrementAndGet();
    }
  }

  private Reader reader(TextPublisher publisher) {
    Reader reader = new Reader();
    publisher.subscribe(reader);
    return reader;
  }

  private TextPublisher counting() {
    return new TextPublisher(threads, PIECES + 1, this::count);
  }

  @Test
  void nothingHappensBeforeTheFirstRequest() throws InterruptedException {
    Reader reader = reader(counting());
    reader.subscription();
    reader.expectNothing();
    assertThat(begun).hasValue(0);
  }

  @Test
  void noMoreComesThanWasAskedFor() throws InterruptedException {
    Reader reader = reader(counting());
    reader.subscription().request(2);
    assertThat(List.of(reader.next(), reader.next())).containsExactly("0", "1");
    reader.expectNothing();
    reader.subscription().request(1);
    assertThat(reader.next()).isEqualTo("2");
    reader.expectNothing();
  }

  @Test
  void aSlowReaderHoldsNothingUpAndLosesNothing() throws InterruptedException {
    Reader reader = reader(counting());
    reader.subscription().request(1);
    assertThat(reader.next()).isEqualTo("0");
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (made.get() < PIECES && System.nanoTime() < until) {
      Thread.onSpinWait();
    }
    assertThat(made).hasValue(PIECES);
    reader.subscription().request(Long.MAX_VALUE);
    for (String wanted : IntStream.range(1, PIECES).mapToObj(Integer::toString).toList()) {
      assertThat(reader.next()).isEqualTo(wanted);
    }
    assertThat(reader.next()).isEqualTo(DONE);
  }

  @Test
  void whoCancelsEndsTheGeneration() throws InterruptedException {
    CountDownLatch cancelled = new CountDownLatch(1);
    CountDownLatch over = new CountDownLatch(1);
    TextPublisher publisher =
        new TextPublisher(
            threads,
            PIECES,
            pieces -> {
              pieces.add("first");
              try {
                cancelled.await();
                pieces.requireWanted();
                made.incrementAndGet();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              } catch (CancellationException e) {
                over.countDown();
                throw e;
              }
            });
    Reader reader = reader(publisher);
    reader.subscription().request(10);
    assertThat(reader.next()).isEqualTo("first");
    reader.subscription().cancel();
    cancelled.countDown();
    assertThat(over.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(made).hasValue(0);
    reader.expectNothing();
  }

  @Test
  void anErrorIsTold() throws InterruptedException {
    TextPublisher failing =
        new TextPublisher(
            threads,
            PIECES,
            pieces -> {
              pieces.add("first");
              throw new IllegalStateException("broken");
            });
    Reader reader = reader(failing);
    reader.subscription().request(10);
    // It need not wait until all pieces before it are read.
    String told = reader.next();
    assertThat(told.equals("first") ? reader.next() : told).isEqualTo("<broken>");
  }

  @Test
  void eachSubscriberHasATextOfItsOwn() throws InterruptedException {
    TextPublisher publisher = counting();
    Reader one = reader(publisher);
    Reader two = reader(publisher);
    one.subscription().request(1);
    two.subscription().request(1);
    assertThat(List.of(one.next(), two.next())).containsExactly("0", "0");
    assertThat(begun).hasValue(2);
  }

  @Test
  void askingForNoneIsAnError() throws InterruptedException {
    Reader reader = reader(counting());
    reader.subscription().request(0);
    assertThat(reader.next()).startsWith("<");
  }
}
