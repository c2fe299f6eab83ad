package dev.fettle.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * {@code fettle sample} and {@code best-of} killed with SIGKILL at random sizes of its file, and
 * called again each time, ends with the very bytes of the call that was never interrupted.
 */
@Tag("slow")
class KillSampleTest {
  private static final int KILLS = Integer.getInteger("fettle.kills", 1);
  private static final long SEED = Long.getLong("fettle.seed", 29);
  private static final long PATIENCE_SECONDS = 180;

  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"tensorflow", "onnxruntime"})
  void everyCallGoesOn(String backend) throws IOException, InterruptedException {
    killed(backend, KILLS);
  }

  @Tag("slow")
  @Test
  void everyCallGoesOnAfterTwentyKills() throws IOException, InterruptedException {
    killed("onnxruntime", 20);
  }

  @Test
  void bestOfGoesOnToo() throws IOException, InterruptedException {
    killed("best-of", "onnxruntime", KILLS, "--reward={type: length, max: 60}");
  }

  private void killed(String backend, int kills) throws IOException, InterruptedException {
    killed("sample", backend, kills, "--logprobs");
    List<String> answers = Files.readAllLines(directory.resolve("straight.jsonl"));
    assertThat(answers).hasSize(ForkedSample.PROMPTS * ForkedSample.SAMPLES);
  }

  private void killed(String command, String backend, int kills, String option)
      throws IOException, InterruptedException {
    ForkedSample sample = ForkedSample.in(directory);
    Path straight = directory.resolve("straight.jsonl");
    Path broken = directory.resolve("broken.jsonl");
    end(sample.start(command, backend, straight, option), straight);
    long size = Files.size(straight);

    Random random = new Random(SEED);
    List<Long> points = new ArrayList<>();
    for (int i = 0; i < kills; i++) {
      points.add((long) (size * (i + random.nextDouble()) / kills));
    }
    for (long point : points) {
      Process process = sample.start(command, backend, broken, option);
      long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
      while (process.isAlive() && (!Files.exists(broken) || Files.size(broken) <= point)) {
        assertThat(System.nanoTime()).as(ForkedSample.printed(broken)).isLessThan(until);
        Thread.sleep(1);
      }
      process.destroyForcibly().waitFor();
    }
    end(sample.start(command, backend, broken, option), broken);
    System.out.println("killed at bytes " + points + " with seed " + SEED + " on " + backend);
    assertThat(Files.mismatch(straight, broken))
        .as("first byte at which the answers differ")
        .isEqualTo(-1);
  }

  private static void end(Process process, Path out) throws IOException, InterruptedException {
    assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(ForkedSample.printed(out)).isZero();
  }

  @Test
  void ctrlCLeavesAFileToGoOnWith() throws IOException, InterruptedException {
    ForkedSample sample = ForkedSample.in(directory);
    Path straight = directory.resolve("straight.jsonl");
    Path stopped = directory.resolve("stopped.jsonl");
    end(sample.start("sample", "onnxruntime", straight), straight);
    Process process = sample.start("sample", "onnxruntime", stopped);
    while (process.isAlive() && (!Files.exists(stopped) || Files.size(stopped) == 0)) {
      Thread.sleep(1);
    }
    // What a shell sends for Ctrl-C, as far as Java can: TERM is heard alike.
    process.destroy();
    assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    if (process.exitValue() != 0) {
      assertThat(process.exitValue()).as(ForkedSample.printed(stopped)).isEqualTo(130);
      assertThat(ForkedSample.printed(stopped)).contains("the same command goes on with it");
    }
    end(sample.start("sample", "onnxruntime", stopped), stopped);
    assertThat(Files.mismatch(straight, stopped)).isEqualTo(-1);
  }
}
