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
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A run of rejection sampling killed with SIGKILL at random points, while it samples, while it
 * rewards and while it trains, in either round: resumed each time it ends with the very bytes and
 * rows of the run that was never interrupted.
 */
class RejectionKillTest {
  private static final long SEED = Long.getLong("fettle.seed", 23);
  private static final int PROMPTS = 48;
  private static final int SAMPLES = 4;
  private static final int STEPS = 24;

  /** What a process is killed in. */
  private enum Phase {
    SAMPLING,
    REWARDING,
    TRAINING
  }

  private static final Phase[] PHASES = Phase.values();

  @TempDir private Path dir;

  @ParameterizedTest
  @ValueSource(strings = "tensorflow")
  void killedInEachPhaseItEndsTheSame(String backend) throws Exception {
    killed(backend, 3);
  }

  @Tag("slow")
  @ParameterizedTest
  @ValueSource(strings = {"tensorflow", "onnxruntime"})
  void killedTwentyTimesItEndsTheSame(String backend) throws Exception {
    killed(backend, 20);
  }

  private void killed(String backend, int kills) throws Exception {
    ForkedRun run = ForkedRun.in(dir);
    Random random = new Random(SEED);
    Path straight = config(run, "straight", backend);
    run.finish(straight);
    Path killed = config(run, "killed", backend);
    List<String> at = new ArrayList<>();
    for (int i = 0; i < kills; i++) {
      // One after the other: a phase that is over does not come again.
      int place = 2 * PHASES.length * i / kills;
      int round = 1 + place / PHASES.length;
      Phase phase = PHASES[place % PHASES.length];
      at.add(killIn(phase, round, run, killed, random));
    }
    run.finish(killed);
    System.out.println(backend + ", seed " + SEED + ": killed at " + String.join("; ", at));
    assertThat(at).as("most kills came in time").filteredOn(a -> !a.contains("late")).isNotEmpty();
    for (String file :
        List.of(
            "final/model.safetensors",
            "rounds/1/samples.jsonl",
            "rounds/1/kept.jsonl",
            "rounds/1/summary.json",
            "rounds/2/samples.jsonl",
            "rounds/2/kept.jsonl",
            "rounds/2/summary.json")) {
      run.same(file, "straight", "killed", at);
    }
    assertThat(Metrics.of(run.output("killed", "metrics.jsonl")).withoutTimes())
        .isEqualTo(Metrics.of(run.output("straight", "metrics.jsonl")).withoutTimes());
  }

  private Path config(ForkedRun run, String name, String backend) throws IOException {
    Path prompts = run.prompts(name, PROMPTS);
    return Files.writeString(
        dir.resolve(name + ".yaml"),
        """
        run: { name: %s, seed: 3, out: out }
        backend: { id: %s, threads: 2 }
        model: { path: model }
        algorithm:
          type: rejection-sampling
          rounds: 2
          samplesPerPrompt: %d
          sampleBatchSize: 4
          maxNewTokens: 12
          keep: { topK: 2 }
          keepTruncated: true
          mixPrevious: 0.5
          reward: marked
        data: { train: %s, maxLength: 32 }
        optimizer: { type: adamw, learningRate: 5e-3, schedule: { type: cosine, warmupSteps: 5 } }
        train: { steps: %d, batchSize: 4, microBatchSize: 2, checkpointEvery: 5, keep: 2 }
        track: [jsonl]
        """
            .formatted(name, backend, SAMPLES, prompts.getFileName(), STEPS));
  }

  private String killIn(Phase phase, int round, ForkedRun run, Path config, Random random)
      throws IOException, InterruptedException {
    Path samples = run.output("killed", "rounds/" + round + "/samples.jsonl");
    Path marker = run.marker("killed");
    Files.deleteIfExists(marker);
    long before = lines(samples);
    long most = (long) PROMPTS * SAMPLES;
    int step = 1 + (round - 1) * STEPS / 2 + random.nextInt(STEPS / 2);
    Process process = run.start(config);
    while (process.isAlive() && !reached(phase, samples, before, marker, run, step)) {
      Thread.sleep(1);
    }
    TimeUnit.MICROSECONDS.sleep(random.nextInt(15_000));
    boolean late = !process.isAlive();
    process.destroyForcibly().waitFor();
    return "%s of round %d (%d of %d answers, step %d)%s"
        .formatted(phase, round, lines(samples), most, run.lastStep("killed"), late ? " late" : "");
  }

  private static boolean reached(
      Phase phase, Path samples, long before, Path marker, ForkedRun run, int step)
      throws IOException {
    return switch (phase) {
      // While a batch is drawn: another one has just been written down.
      case SAMPLING -> lines(samples) > before && !Files.exists(marker);
      case REWARDING -> Files.exists(marker);
      case TRAINING -> run.lastStep("killed") >= step;
    };
  }

  private static long lines(Path file) throws IOException {
    if (!Files.exists(file)) {
      return 0;
    }
    long lines = 0;
    for (byte b : Files.readAllBytes(file)) {
      lines += b == '\n' ? 1 : 0;
    }
    return lines;
  }
}
