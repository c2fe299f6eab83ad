package dev.fettle.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Runs over preferences killed with SIGKILL at random moments and resumed each time end with the
 * very bytes of a run that was never interrupted; also where the reference follows the policy, and
 * so is state of the run, and where it was asked before training. {@code -Dslow} kills 20 times.
 */
@Tag("slow")
class KillPreferenceTest {
  private static final int STEPS = 40;
  private static final int KILLS =
      Integer.getInteger("fettle.kills", System.getProperty("slow") == null ? 1 : 20);
  private static final long SEED = Long.getLong("fettle.seed", 31);
  private static final long PATIENCE_SECONDS = 180;
  private static final String WEIGHTS = "final/model.safetensors";

  @TempDir Path directory;

  @ParameterizedTest(name = "{1} on {0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "onnxruntime | { type: dpo }",
        "onnxruntime | { type: dpo, syncReference: { every: 5, mixup: 0.5 } }",
        "tensorflow | { type: dpo, syncReference: { every: 5, mixup: 0.5 }, weighting: wpo }",
        "onnxruntime | { type: dpo, precomputeReference: true }",
        "tensorflow | { type: kto, syncReference: { every: 8 } }"
      })
  void everyResumeEndsBitEqual(String backend, String algorithm)
      throws IOException, InterruptedException {
    ForkedRun run = ForkedRun.in(directory);
    Path straight = run.preferences("straight", backend, STEPS, algorithm);
    Path killed = run.preferences("killed", backend, STEPS, algorithm);
    Process whole = run.start(straight);
    assertThat(whole.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(whole.exitValue()).as(ForkedRun.log(straight)).isZero();

    Random random = new Random(SEED);
    TreeSet<Integer> points = new TreeSet<>();
    while (points.size() < KILLS) {
      points.add(1 + random.nextInt(STEPS - 1));
    }
    for (int step : points) {
      killAt(run, killed, step, random.nextInt(20));
    }
    Process last = run.start(killed);
    assertThat(last.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(last.exitValue()).as(ForkedRun.log(killed)).isZero();
    System.out.println(
        "killed after steps "
            + points
            + " with seed "
            + SEED
            + ": "
            + algorithm
            + " on "
            + backend);
    assertThat(Files.mismatch(run.output("straight", WEIGHTS), run.output("killed", WEIGHTS)))
        .as("first byte at which the weights differ, seed " + SEED)
        .isEqualTo(-1);
    assertThat(run.losses("killed")).isEqualTo(run.losses("straight"));
  }

  /** Waits until the step is in the metrics, and some milliseconds, then kills without warning. */
  private static void killAt(ForkedRun run, Path config, int step, int later)
      throws IOException, InterruptedException {
    Process process = run.start(config);
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (process.isAlive() && run.lastStep("killed") < step) {
      assertThat(System.nanoTime()).as(ForkedRun.log(config)).isLessThan(until);
      Thread.sleep(2);
    }
    Thread.sleep(later);
    process.destroyForcibly().waitFor();
  }
}
