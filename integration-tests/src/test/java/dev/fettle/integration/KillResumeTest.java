package dev.fettle.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A run killed with SIGKILL at random steps and resumed each time ends with the very bytes of the
 * run that was never interrupted. {@code -Dfettle.kills=20} kills more often than the default.
 */
class KillResumeTest {
  private static final int STEPS = 120;
  private static final int KILLS = Integer.getInteger("fettle.kills", 2);
  private static final long SEED = Long.getLong("fettle.seed", 17);
  private static final long PATIENCE_SECONDS = 180;

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"tensorflow", "onnxruntime"})
  void everyResumeEndsBitEqual(String backendId) throws IOException, InterruptedException {
    everyResumeEndsBitEqual(directory, backendId, "cpu");
  }

  /** The same on any device. */
  static void everyResumeEndsBitEqual(Path directory, String backendId, String device)
      throws IOException, InterruptedException {
    String on = "backend.device=" + device;
    ForkedRun run = ForkedRun.in(directory);
    Path straight = run.config("straight", backendId, STEPS);
    Path killed = run.config("killed", backendId, STEPS);
    assertThat(run.start(straight, on).waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();

    Random random = new Random(SEED);
    TreeSet<Integer> points = new TreeSet<>();
    while (points.size() < KILLS) {
      points.add(1 + random.nextInt(STEPS - 1));
    }
    for (int step : points) {
      killAt(run, killed, step, on);
    }
    Process last = run.start(killed, on);
    assertThat(last.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(last.exitValue()).as(ForkedRun.log(killed)).isZero();
    System.out.println(
        "killed at steps " + points + " with seed " + SEED + " on " + backendId + " " + on);

    String weights = "final/model.safetensors";
    assertThat(Files.mismatch(run.output("straight", weights), run.output("killed", weights)))
        .as("first byte at which the weights differ")
        .isEqualTo(-1);
    assertThat(run.losses("killed")).isEqualTo(run.losses("straight"));
  }

  /** Waits until the step is in the metrics, then kills without warning. */
  private static void killAt(ForkedRun run, Path config, int step, String on)
      throws IOException, InterruptedException {
    Process process = run.start(config, on);
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (process.isAlive() && run.lastStep("killed") < step) {
      assertThat(System.nanoTime()).as(ForkedRun.log(config)).isLessThan(until);
      Thread.sleep(2);
    }
    process.destroyForcibly().waitFor();
  }
}
