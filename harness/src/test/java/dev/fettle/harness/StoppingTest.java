package dev.fettle.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fettle.harness.config.RunConfig;
import dev.fettle.harness.run.RunOptions;
import dev.fettle.harness.run.TrainingReport;
import dev.fettle.harness.run.TrainingReport.Outcome;
import dev.fettle.train.Ending;
import dev.fettle.train.Progress;
import dev.fettle.train.StepEvent;
import dev.fettle.train.StepResult;
import dev.fettle.train.TrainingListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** However a run ends, it can be gone on with, and ends as if it had not been interrupted. */
class StoppingTest {
  /** Where a listener is called. */
  enum Moment {
    START,
    STEP,
    EVALUATION,
    CHECKPOINT,
    END
  }

  @TempDir private Path dir;
  private Tiny tiny;

  @BeforeEach
  void make() {
    tiny = Tiny.in(dir);
  }

  @AfterEach
  void calm() {
    // So that a test that fails leaves no interrupt to the next.
    boolean interrupted = Thread.interrupted();
    assertThat(interrupted).as("the thread is still interrupted").isFalse();
  }

  private RunConfig config(String name) {
    return tiny.config(name)
        .set("data.eval", tiny.rows())
        .set("train.evalEvery", 3)
        .set("train.checkpointEvery", 4)
        .set("train.keepBest", Map.of())
        .build();
  }

  private static TrainingReport run(RunConfig config, RunOptions options, boolean resume) {
    try (Fettle fettle = Fettle.open(config, options)) {
      return resume ? fettle.resume() : fettle.train();
    }
  }

  /** Does something once, at the first such moment from step 3 on. */
  private static TrainingListener at(Moment when, Consumer<Moment> what) {
    return new TrainingListener() {
      private boolean done;

      private void reached(Moment moment, long step) {
        if (!done && moment == when && (step >= 3 || when == Moment.START)) {
          done = true;
          what.accept(moment);
        }
      }

      @Override
      public void onStart(Progress from, long steps) {
        reached(Moment.START, from.step());
      }

      @Override
      public void onStep(StepEvent event) {
        reached(Moment.STEP, event.step());
      }

      @Override
      public void onEvaluation(long step, StepResult result) {
        reached(Moment.EVALUATION, step);
      }

      @Override
      public void onCheckpoint(Progress progress) {
        reached(Moment.CHECKPOINT, progress.step());
      }

      @Override
      public void onEnd(Progress progress, boolean stopped) {
        reached(Moment.END, progress.step());
      }
    };
  }

  private void assertGoesOn(RunConfig config) throws IOException {
    TrainingReport straight = run(config("straight"), RunOptions.quiet(), false);
    TrainingReport resumed = run(config, RunOptions.quiet(), true);
    assertThat(resumed.outcome()).isNotEqualTo(Outcome.STOPPED);
    assertThat(weights(resumed)).isEqualTo(weights(straight));
    assertThat(losses(resumed)).isEqualTo(losses(straight)).hasSize(8);
    assertThat(resumed.best()).isEqualTo(straight.best()).isPresent();
  }

  private static byte[] weights(TrainingReport report) throws IOException {
    return Files.readAllBytes(report.directory().finalModel().resolve("model.safetensors"));
  }

  private static List<String> losses(TrainingReport report) throws IOException {
    return Files.readAllLines(report.directory().metrics()).stream()
        .map(l -> l.replaceFirst(",\"learning_rate.*", ""))
        .toList();
  }

  @ParameterizedTest
  @EnumSource(Moment.class)
  void aListenersExceptionLosesNothing(Moment when) throws IOException {
    RunConfig config = config("thrown");
    TrainingListener listener =
        at(
            when,
            m -> {
              throw new IllegalStateException("the application's own " + m);
            });
    assertThatThrownBy(() -> run(config, RunOptions.quiet().toldTo(listener), false))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the application's own " + when);
    if (when != Moment.START) {
      assertThat(dir.resolve("runs/thrown/checkpoints")).isDirectoryContaining("glob:**/step-*");
    }
    assertGoesOn(config);
  }

  @Test
  void anErrorInAListenerLosesNothing() throws IOException {
    RunConfig config = config("thrown");
    TrainingListener listener =
        at(
            Moment.STEP,
            m -> {
              throw new AssertionError("no");
            });
    assertThatThrownBy(() -> run(config, RunOptions.quiet().toldTo(listener), false))
        .isInstanceOf(AssertionError.class);
    assertThat(dir.resolve("runs/thrown/checkpoints/step-000003")).isDirectory();
    assertGoesOn(config);
  }

  @ParameterizedTest
  @EnumSource(Moment.class)
  void anInterruptIsARequestToStop(Moment when) throws IOException {
    RunConfig config = config("interrupted");
    TrainingListener listener = at(when, m -> Thread.currentThread().interrupt());
    TrainingReport report = run(config, RunOptions.quiet().toldTo(listener), false);
    assertThat(Thread.interrupted()).as("the interrupt is there still").isTrue();
    if (when == Moment.END) {
      assertThat(report.outcome()).isEqualTo(Outcome.FINISHED);
    } else {
      assertThat(report.outcome()).isEqualTo(Outcome.STOPPED);
      assertThat(report.ending()).isEqualTo(Ending.INTERRUPTED);
      assertThat(report.model().isPresent()).isEqualTo(when != Moment.START);
      report.model().ifPresent(m -> Fettle.score(m, Tiny.REFERENCE, tiny.rows()));
    }
    assertGoesOn(config);
  }

  @Test
  void aListenerThatWasWaitingIsNoFailure() throws IOException {
    RunConfig config = config("waiting");
    TrainingListener listener =
        at(
            Moment.STEP,
            m -> {
              Thread.currentThread().interrupt();
              try {
                Thread.sleep(10_000);
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });
    TrainingReport report = run(config, RunOptions.quiet().toldTo(listener), false);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(report.ending()).isEqualTo(Ending.INTERRUPTED);
    assertGoesOn(config);
  }

  @Test
  void anInterruptWhileAllIsLoadedLeavesWhatThereWas() throws IOException {
    RunConfig config = config("loading");
    Thread.currentThread().interrupt();
    TrainingReport report = run(config, RunOptions.quiet(), false);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(report.outcome()).isEqualTo(Outcome.STOPPED);
    assertThat(report.model()).isEmpty();
    assertGoesOn(config);
  }

  @Test
  void anInterruptWhileARunIsRestoredLeavesItsCheckpoint() throws IOException {
    RunConfig config = config("restoring");
    RunOptions stopping =
        RunOptions.quiet()
            .toldTo(
                at(
                    Moment.STEP,
                    m -> {
                      throw new CancellationException("enough");
                    }));
    assertThatThrownBy(() -> run(config, stopping, false)).hasMessage("enough");
    Thread.currentThread().interrupt();
    TrainingReport report = run(config, RunOptions.quiet(), true);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(report.step()).isEqualTo(3);
    assertThat(report.model()).hasValue(dir.resolve("runs/restoring/checkpoints/step-000003"));
    assertGoesOn(config);
  }

  @Test
  void aCancelledFutureLeavesACheckpoint() throws Exception {
    RunConfig config = config("cancelled");
    CompletableFuture<Future<?>> future = new CompletableFuture<>();
    RunOptions options =
        RunOptions.quiet().toldTo(at(Moment.STEP, m -> future.join().cancel(true)));
    ExecutorService pool = Executors.newSingleThreadExecutor();
    future.complete(pool.submit(() -> run(config, options, false)));
    pool.shutdown();
    assertThat(pool.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
    assertThat(future.join().isCancelled()).isTrue();
    assertThat(dir.resolve("runs/cancelled/checkpoints/step-000003")).isDirectory();
    assertGoesOn(config);
  }

  @Test
  void shutdownNowLeavesACheckpoint() throws Exception {
    RunConfig config = config("shutdown");
    ExecutorService pool = Executors.newSingleThreadExecutor();
    RunOptions options = RunOptions.quiet().toldTo(at(Moment.STEP, m -> pool.shutdownNow()));
    Future<TrainingReport> report = pool.submit(() -> run(config, options, false));
    assertThat(report.get(1, TimeUnit.MINUTES).ending()).isEqualTo(Ending.INTERRUPTED);
    assertGoesOn(config);
  }

  @Test
  void aRequestToStopCutsAnEvaluationShort() throws IOException {
    RunConfig config = config("short");
    boolean[] stop = new boolean[1];
    RunOptions options =
        RunOptions.quiet()
            .stoppingWhen(() -> stop[0])
            .toldTo(
                new TrainingListener() {
                  @Override
                  public void onStep(StepEvent event) {
                    stop[0] = event.step() == 6;
                  }
                });
    TrainingReport report = run(config, options, false);
    assertThat(report.ending()).isEqualTo(Ending.STOP_REQUESTED);
    assertThat(report.step()).isEqualTo(6);
    assertThat(Files.readAllLines(report.directory().metrics()))
        .filteredOn(l -> l.contains("eval_loss"))
        .hasSize(1);
    assertThat(report.directory().finalModel()).doesNotExist();
    assertGoesOn(config);
  }

  @Test
  void oneFettleCanBeResumed() throws IOException {
    RunConfig config = config("same");
    boolean[] stop = {false};
    RunOptions options =
        RunOptions.quiet().stoppingWhen(() -> stop[0]).toldTo(at(Moment.STEP, m -> stop[0] = true));
    try (Fettle fettle = Fettle.open(config, options)) {
      assertThat(fettle.train().outcome()).isEqualTo(Outcome.STOPPED);
      stop[0] = false;
      assertThat(fettle.resume().outcome()).isEqualTo(Outcome.FINISHED);
    }
    assertGoesOn(config);
  }
}
