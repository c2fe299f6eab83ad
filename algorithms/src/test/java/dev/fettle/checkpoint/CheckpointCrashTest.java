package dev.fettle.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointCrashTest {
  private static final int KILLS = 20;
  private static final int KEEP = 2;

  @TempDir Path dir;

  /** A run that does nothing but write checkpoints, going on from the newest. */
  public static final class Writer {
    private Writer() {}

    /** Prints the step of each checkpoint once it is written. */
    public static void main(String[] args) {
      try (CheckpointStore store = CheckpointStore.open(Path.of(args[0]), KEEP)) {
        long step = store.newest().map(Checkpoint::step).orElse(0L);
        System.out.println("begin " + step);
        while (true) {
          // Every third is written twice, so that replacing is interrupted too.
          step++;
          store.write(TestRun.content(step));
          if (step % 3 == 0) {
            store.write(TestRun.content(step));
          }
          System.out.println("wrote " + step);
        }
      }
    }
  }

  @Test
  void aKilledRunAlwaysLeavesItsNewestCheckpoint() throws IOException, InterruptedException {
    long seed = Long.getLong("fettle.seed", System.nanoTime());
    Random random = new Random(seed);
    long newest = 0;
    for (int i = 0; i < KILLS; i++) {
      boolean early = i % 4 == 0;
      String attempt = "kill " + i + "; repeat with -Dfettle.seed=" + seed;
      long written = runAndKill(early ? "begin" : "wrote", random.nextInt(120));
      newest = Math.max(newest, written);
      // As a reader finds it, and as the next run does after cleaning up.
      if (newest > 0) {
        check(newest, attempt);
      }
      CheckpointStore.open(dir, KEEP).close();
      if (newest > 0) {
        newest = check(newest, attempt);
      }
      try (Stream<Path> all = Files.list(dir)) {
        assertThat(all.map(p -> p.getFileName().toString()))
            .as(attempt)
            .allMatch(n -> n.equals(".lock") || n.matches("step-\\d{6}"))
            .hasSizeLessThanOrEqualTo(KEEP + 2);
      }
    }
    assertThat(newest).as("checkpoints were written at all").isGreaterThan(KILLS / 2);
  }

  /** Kills a run a while after it said a word; returns the last step it said it had written. */
  private long runAndKill(String word, int millis) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Dslf4j.internal.verbosity=ERROR",
                "-cp",
                System.getProperty("java.class.path"),
                Writer.class.getName(),
                dir.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader lines = process.inputReader()) {
      String said = "";
      while (!said.startsWith(word)) {
        said = Objects.requireNonNull(lines.readLine(), "the run ended by itself");
      }
      Thread.sleep(millis);
      // SIGKILL; unlike Process.destroyForcibly, this leaves what was printed to be read.
      process.toHandle().destroyForcibly();
      process.waitFor();
      return Stream.concat(Stream.of(said), lines.lines())
          .filter(l -> l.matches("wrote \\d+"))
          .mapToLong(l -> Long.parseLong(l.substring(6)))
          .max()
          .orElse(0);
    } finally {
      process.destroyForcibly();
    }
  }

  private long check(long atLeast, String attempt) {
    Checkpoint found = CheckpointStore.newest(dir).orElseThrow();
    assertThat(found.step()).as(attempt).isGreaterThanOrEqualTo(atLeast);
    TestRun parameters = TestRun.parameters(0);
    TestRun optimizer = TestRun.optimizer(0);
    found.restore(parameters, optimizer);
    assertThat(found.trainer()).as(attempt).isEqualTo(TestRun.trainer(found.step()));
    assertThat(parameters.sameAs(TestRun.parameters(found.step()))).as(attempt).isTrue();
    assertThat(optimizer.sameAs(TestRun.optimizer(found.step()))).as(attempt).isTrue();
    return found.step();
  }
}
