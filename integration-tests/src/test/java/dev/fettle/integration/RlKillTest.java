package dev.fettle.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fettle.checkpoint.Checkpoint;
import dev.fettle.checkpoint.CheckpointStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Runs of reinforcement learning killed with SIGKILL while they sample, while they reward, while a
 * rollout's table or a checkpoint is written, and between the steps of a rollout; each resumed run
 * ends with the very weights, optimizer, metrics and tables of the run that was never interrupted.
 * {@code -Dfettle.kills=20} kills as often.
 */
class RlKillTest {
  private static final int KILLS = Integer.getInteger("fettle.kills", 2);
  private static final long SEED = Long.getLong("fettle.seed", 41);
  private static final int STEPS = 24;
  private static final int PROMPTS = 20;

  /** What a process is killed in. */
  private enum Phase {
    /** Between a step and the next rollout's reward: mostly while it samples. */
    SAMPLING,
    REWARDING,
    /** The table of a rollout has begun to be written. */
    TABLE,
    /** Between or within steps. */
    STEPS,
    /** A checkpoint has begun to be written. */
    CHECKPOINT
  }

  @TempDir private Path dir;

  /** Each kind of state that goes from rollout to rollout, and checkpoints amid rollouts. */
  @ParameterizedTest(name = "{1} on {0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "onnxruntime | ppo | passes: 2, promptsPerRound: 8, rewardScale: running, kl: { target: 0.5,"
            + " horizon: 40, passLimit: 0.02 }, critic: { body: separate, learningRate: 2e-3 } |",
        "tensorflow | reinforce | baseline: moving_average, samplesPerPrompt: 2, kl: { target: 1,"
            + " horizon: 30 } | adapter: { rank: 4, targets: all-linear }",
      })
  void killedAnywhereItEndsTheSame(String backend, String type, String settings, String adapter)
      throws Exception {
    killed(backend, type, settings, adapter == null ? "" : adapter, KILLS);
  }

  @Tag("slow")
  @ParameterizedTest(name = "{1} on {0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "tensorflow | ppo | passes: 3, promptsPerRound: 8, kl: { target: 0.5, horizon: 40 } |"
            + " adapter: { rank: 4, targets: all-linear }",
        "onnxruntime | a2c | rewardScale: running, critic: { body: separate } |",
        "tensorflow | a2c | preset: article, kl: { coefficient: 0.1, target: 1, horizon: 50 } |",
        "onnxruntime | grpo | passes: 2, samplesPerPrompt: 4, promptsPerRound: 2 |",
        "onnxruntime | rloo | samplesPerPrompt: 2, promptsPerRound: 4, passes: 2 |"
            + " adapter: { rank: 4, targets: all-linear }",
      })
  void killedTwentyTimesItEndsTheSame(String backend, String type, String settings, String adapter)
      throws Exception {
    killed(backend, type, settings, adapter == null ? "" : adapter, Math.max(20, KILLS));
  }

  private void killed(String backend, String type, String settings, String adapter, int kills)
      throws Exception {
    ForkedRun run = ForkedRun.in(dir);
    Random random = new Random(SEED);
    String algorithm = "type: " + type + ", " + settings;
    Path straight = config(run, "straight", backend, algorithm, adapter);
    run.finish(straight);
    Path killed = config(run, "killed", backend, algorithm, adapter);
    List<String> at = new ArrayList<>();
    for (int i = 0; i < kills; i++) {
      Phase phase = Phase.values()[(i + (int) SEED) % Phase.values().length];
      // One after the other, over the whole run.
      int step = 1 + (STEPS - 2) * i / kills;
      at.add(killIn(phase, step, run, killed, random));
    }
    run.finish(killed);
    System.out.printf("%s on %s, seed %d: killed at %s%n", type, backend, SEED, at);
    assertThat(at).as("most kills came in time").filteredOn(a -> a.contains("late")).isEmpty();
    String weights = adapter.isEmpty() ? "model.safetensors" : "adapter_model.safetensors";
    run.same("final/" + weights, "straight", "killed", at);
    String last = "checkpoints/step-%06d/".formatted(STEPS);
    run.same(last + "optimizer.safetensors", "straight", "killed", at);
    List<String> tables = files(run.output("straight", "rollouts"));
    assertThat(files(run.output("killed", "rollouts"))).isEqualTo(tables).isNotEmpty();
    for (String table : tables) {
      run.same("rollouts/" + table, "straight", "killed", at);
    }
    assertThat(Metrics.of(run.output("killed", "metrics.jsonl")).withoutTimes())
        .isEqualTo(Metrics.of(run.output("straight", "metrics.jsonl")).withoutTimes());
    assertThat(Checkpoint.progress(run.output("killed", last)))
        .isEqualTo(Checkpoint.progress(run.output("straight", last)));
  }

  private static List<String> files(Path directory) throws IOException {
    try (Stream<Path> all = Files.list(directory)) {
      return all.map(p -> p.getFileName().toString()).sorted().toList();
    }
  }

  private Path config(ForkedRun run, String name, String backend, String algorithm, String adapter)
      throws IOException {
    Path prompts = run.prompts(name, PROMPTS);
    return Files.writeString(
        dir.resolve(name + ".yaml"),
        """
        run: { name: %s, seed: 3, out: out }
        backend: { id: %s, threads: 2 }
        model: { path: model, %s }
        algorithm: { %s, maxNewTokens: 8, reward: marked, missingEosPenalty: 0.1 }
        data: { train: %s, maxLength: 32 }
        optimizer: { type: adamw, learningRate: 3e-3, schedule: { type: cosine, warmupSteps: 3 } }
        train: { steps: %d, batchSize: 4, microBatchSize: 2, checkpointEvery: 3, keep: 3 }
        track: [jsonl]
        """
            .formatted(name, backend, adapter, algorithm, prompts.getFileName(), STEPS));
  }

  private String killIn(Phase phase, int step, ForkedRun run, Path config, Random random)
      throws IOException, InterruptedException {
    Path marker = run.marker("killed");
    Files.deleteIfExists(marker);
    Process process = run.start(config);
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(ForkedRun.PATIENCE_SECONDS);
    while (process.isAlive() && !(run.lastStep("killed") >= step && reached(phase, marker, run))) {
      assertThat(System.nanoTime()).as(ForkedRun.log(config)).isLessThan(until);
      if (phase == Phase.SAMPLING || phase == Phase.STEPS) {
        Thread.sleep(1);
      }
    }
    if (phase == Phase.SAMPLING || phase == Phase.STEPS) {
      TimeUnit.MICROSECONDS.sleep(random.nextInt(15_000));
    }
    boolean late = !process.isAlive();
    process.destroyForcibly().waitFor();
    return "%s (step %d%s)".formatted(phase, run.lastStep("killed"), late ? ", late" : "");
  }

  private static boolean reached(Phase phase, Path marker, ForkedRun run) throws IOException {
    return switch (phase) {
      case SAMPLING, STEPS -> true;
      case REWARDING -> Files.exists(marker);
      case TABLE -> hidden(run.output("killed", "rollouts"));
      case CHECKPOINT -> hidden(run.output("killed", "checkpoints"));
    };
  }

  /** Whether something is being written there. */
  private static boolean hidden(Path directory) {
    String[] names = directory.toFile().list();
    return names != null && Stream.of(names).anyMatch(n -> n.startsWith(".") && n.contains("0"));
  }

  /** A run asked to stop while it samples or rewards leaves a checkpoint, and goes on from it. */
  @ParameterizedTest
  @CsvSource({"tensorflow,REWARDING", "onnxruntime,SAMPLING"})
  void terminatedInARolloutItGoesOn(String backend, Phase phase) throws Exception {
    ForkedRun run = ForkedRun.in(dir);
    String algorithm = "type: ppo, passes: 2, promptsPerRound: 8, kl: { target: 0.5, horizon: 40 }";
    Path straight = config(run, "straight", backend, algorithm, "");
    run.finish(straight);
    Path killed = config(run, "killed", backend, algorithm, "");
    Path marker = run.marker("killed");
    Process process = run.start(killed);
    // Step 8 ends the second rollout; what follows is the third.
    while (process.isAlive() && !(run.lastStep("killed") >= 8 && reached(phase, marker, run))) {
      Thread.sleep(1);
    }
    process.destroy();
    assertThat(process.waitFor(ForkedRun.PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(ForkedRun.log(killed)).isEqualTo(130);
    int reached = run.lastStep("killed");
    List<Path> left = CheckpointStore.list(run.output("killed", "checkpoints"));
    assertThat(CheckpointStore.stepOf(left.get(left.size() - 1)))
        .as("nothing that was learnt is lost")
        .isEqualTo(reached)
        .isLessThan(STEPS);
    run.finish(killed);
    List<String> at = List.of("terminated after step " + reached);
    run.same("final/model.safetensors", "straight", "killed", at);
    for (String table : files(run.output("straight", "rollouts"))) {
      run.same("rollouts/" + table, "straight", "killed", at);
    }
    assertThat(Metrics.of(run.output("killed", "metrics.jsonl")).withoutTimes())
        .isEqualTo(Metrics.of(run.output("straight", "metrics.jsonl")).withoutTimes());
  }
}
