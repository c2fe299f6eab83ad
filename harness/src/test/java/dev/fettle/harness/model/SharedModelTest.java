package dev.fettle.harness.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fettle.data.encode.LossOn;
import dev.fettle.harness.Tiny;
import dev.fettle.harness.config.DataSettings;
import dev.fettle.models.generate.SamplingOptions;
import dev.fettle.models.generate.TokenListener;
import dev.fettle.sample.StopStrings;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Threads that share a model, and what they do wrong. */
class SharedModelTest {
  private static final SamplingOptions SAMPLING =
      SamplingOptions.sampling(40).withStopIds(Set.of()).withSeed(8);

  @TempDir private Path dir;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final CountDownLatch begun = new CountDownLatch(1);
  private final CountDownLatch mayGoOn = new CountDownLatch(1);
  private LoadedModel model;

  @BeforeEach
  void open() {
    model = LoadedModel.open(Tiny.in(dir).chatModel(), Tiny.REFERENCE);
  }

  @AfterEach
  void close() {
    mayGoOn.countDown();
    threads.shutdownNow();
    model.close();
  }

  /** A call that is held up in its first piece of text. */
  private Future<String> held() throws InterruptedException {
    Future<String> call =
        threads.submit(
            () ->
                model
                    .generate(
                        Prompt.of("What is"),
                        SAMPLING,
                        StopStrings.NONE,
                        piece -> {
                          begun.countDown();
                          try {
                            mayGoOn.await();
                          } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                          }
                        })
                    .text());
    begun.await();
    return call;
  }

  @Test
  void closingWaitsForTheCallThatRunsAndFailsThoseThatWait() throws Exception {
    String expected = model.generate("What is", SAMPLING);
    Future<String> first = held();
    Future<?> closing = threads.submit(model::close);
    // The lock is fair: once the closing thread waits, whoever comes later is too late.
    while (!(closing.isDone() || waits())) {
      Thread.onSpinWait();
    }
    Future<String> late = threads.submit(() -> model.generate("It is", SAMPLING));
    assertThat(closing.isDone()).isFalse();
    mayGoOn.countDown();
    assertThat(first.get()).isEqualTo(expected);
    closing.get();
    assertThatThrownBy(late::get)
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(IllegalStateException.class)
        .hasMessageContaining("the model is closed; open it again");
  }

  private boolean waits() {
    return Thread.getAllStackTraces().values().stream()
        .anyMatch(
            stack ->
                List.of(stack).stream().anyMatch(f -> f.getMethodName().equals("park"))
                    && List.of(stack).stream()
                        .anyMatch(
                            f ->
                                f.getClassName().equals(Turns.class.getName())
                                    && f.getMethodName().equals("close")));
  }

  @Test
  void afterTheEndEverythingSaysSo() {
    Prompt prompt = Prompt.of("What is");
    model.close();
    model.close();
    List<Runnable> uses =
        List.of(
            () -> model.generate("What is", SAMPLING),
            () -> model.chat(List.of(), SAMPLING),
            () -> model.generateAll(List.of(prompt), SAMPLING, StopStrings.NONE),
            () -> model.generate(List.of(new int[] {5}), SAMPLING, TokenListener.none()),
            () -> model.stream(prompt, SAMPLING),
            () -> model.score(DataSettings.of(new Tiny(dir).rows()), LossOn.AUTO),
            () -> model.promptIds("What is"),
            model::stopIds,
            model::maxPositions,
            model::backend,
            model::tokenizer);
    for (Runnable use : uses) {
      assertThatThrownBy(use::run)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("the model is closed; open it again");
    }
  }

  @Test
  void aListenerMayNotCallItsModel() {
    for (Runnable inner :
        List.<Runnable>of(() -> model.generate("It is", SAMPLING), () -> model.close())) {
      assertThatThrownBy(
              () ->
                  model.generate(
                      Prompt.of("What is"), SAMPLING, StopStrings.NONE, piece -> inner.run()))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("by a listener of its own");
    }
    assertThat(model.generate("What is", SAMPLING)).isNotEmpty();
  }

  @Test
  void anInterruptedThreadGivesUpItsCall() throws Exception {
    String expected = model.generate("What is", SAMPLING);
    Future<String> first = held();
    Future<Boolean> waiting =
        threads.submit(
            () -> {
              Thread.currentThread().interrupt();
              assertThatThrownBy(() -> model.generate("It is", SAMPLING))
                  .isInstanceOf(CancellationException.class)
                  .hasMessage("the thread was interrupted during a call of the model");
              return Thread.interrupted();
            });
    assertThat(waiting.get()).isTrue();
    first.cancel(true);
    assertThat(model.generate("What is", SAMPLING)).isEqualTo(expected);
  }
}
