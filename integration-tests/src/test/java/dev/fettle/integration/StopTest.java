package dev.fettle.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fettle.harness.Fettle;
import dev.fettle.harness.config.BackendSettings;
import dev.fettle.harness.config.ConfigReader;
import dev.fettle.harness.run.RunOptions;
import dev.fettle.harness.run.TrainingReport;
import dev.fettle.harness.run.TrainingReport.Outcome;
import dev.fettle.train.Ending;
import dev.fettle.train.StepEvent;
import dev.fettle.train.TrainingListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** SIGTERM and interrupts, at any moment, on both native backends: nothing trained is lost. */
class StopTest {
  private static final int STEPS = 60;
  private static final int STOPS = Integer.getInteger("fettle.kills", 2);
  private static final long SEED = Long.getLong("fettle.seed", 29);
  private static final long PATIENCE_SECONDS = 180;
  private static final String WEIGHTS = "final/model.safetensors";

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"tensorflow", "onnxruntime"})
  void aTerminatedProcessLeavesACheckpointOfItsLastStep(String backendId)
      throws IOException, InterruptedException {
    ForkedRun run = ForkedRun.in(directory);
    Path straight = run.config("straight", backendId, STEPS);
    assertThat(run.start(straight).waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    Path stopped = run.config("stopped", backendId, STEPS);
    Process process = run.start(stopped);
    while (process.isAlive() && run.lastStep("stopped") < 9) {
      Thread.sleep(2);
    }
    process.destroy();
    assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(ForkedRun.log(stopped)).isEqualTo(130);
    String checkpoint = "checkpoints/step-%06d".formatted(run.lastStep("stopped"));
    assertThat(ForkedRun.log(stopped))
        .contains("The model as it is now is in " + run.output("stopped", checkpoint))
        .contains("--resume");
    Fettle.score(
        run.output("stopped", checkpoint),
        BackendSettings.of(backendId),
        directory.resolve("rows.jsonl"));
    assertThat(run.start(stopped).waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(Files.mismatch(run.output("straight", WEIGHTS), run.output("stopped", WEIGHTS)))
        .isEqualTo(-1);
    assertThat(run.losses("stopped")).isEqualTo(run.losses("straight"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"tensorflow", "onnxruntime"})
  void anInterruptedThreadLeavesACheckpointOfItsLastStep(String backendId) throws Exception {
    ForkedRun run = ForkedRun.in(directory);
    Path straight = run.config("straight", backendId, STEPS);
    try (Fettle fettle = Fettle.open(straight)) {
      fettle.train();
    }
    Path stopped = run.config("stopped", backendId, STEPS);
    Random random = new Random(SEED);
    int attempts = 0;
    TrainingReport report = interrupted(stopped, random);
    while (report.outcome() == Outcome.STOPPED && attempts++ < STOPS) {
      assertThat(report.ending()).as("seed " + SEED).isEqualTo(Ending.INTERRUPTED);
      assertThat(report.model().isPresent()).isEqualTo(report.step() > 0);
      report = interrupted(stopped, random);
    }
    try (Fettle fettle = Fettle.open(stopped)) {
      assertThat(fettle.resume().model()).isPresent();
    }
    assertThat(Files.mismatch(run.output("straight", WEIGHTS), run.output("stopped", WEIGHTS)))
        .as("seed " + SEED)
        .isEqualTo(-1);
    assertThat(run.losses("stopped")).isEqualTo(run.losses("straight"));
  }

  /** Goes on, and is interrupted some time after a few steps: in the midst of whatever it does. */
  private static TrainingReport interrupted(Path config, Random random) throws Exception {
    int after = 3 + random.nextInt(10);
    CompletableFuture<Void> underWay = new CompletableFuture<>();
    RunOptions options =
        RunOptions.quiet()
            .toldTo(
                new TrainingListener() {
                  private int steps;

                  @Override
                  public void onStep(StepEvent event) {
                    if (++steps == after) {
                      underWay.complete(null);
                    }
                  }
                });
    ExecutorService pool = Executors.newSingleThreadExecutor();
    try (Fettle fettle = Fettle.open(ConfigReader.read(config), options)) {
      Future<TrainingReport> report = pool.submit(fettle::resume);
      while (!underWay.isDone() && !report.isDone()) {
        Thread.sleep(1);
      }
      TimeUnit.MICROSECONDS.sleep(random.nextInt(20_000));
      pool.shutdownNow();
      return report.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }
  }
}
