package dev.fettle.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Fine-tuning, a reward model of it, and rejection sampling with both, killed with SIGKILL in every
 * stage: resumed each time, the recipe ends with the very bytes of one that was never interrupted.
 */
class RecipeKillTest {
  private static final long SEED = Long.getLong("fettle.seed", 29);
  private static final long PATIENCE_SECONDS = 240;
  private static final List<String> STAGES = List.of("sft", "reward", "sampled");

  @TempDir private Path dir;

  @ParameterizedTest
  @ValueSource(strings = "onnxruntime")
  void killedInEveryStageItEndsTheSame(String backend) throws Exception {
    ForkedRun run = ForkedRun.in(dir);
    Files.writeString(
        dir.resolve("pairs.jsonl"),
        IntStream.range(0, 32)
            .mapToObj(
                i ->
                    "{\"prompt\":\"%d+1=\",\"chosen\":\"%d\",\"rejected\":\"%d or so\"}\n"
                        .formatted(i, i + 1, i))
            .collect(Collectors.joining()));
    Path straight = config("straight", backend);
    finish(run, straight);
    Path killed = config("killed", backend);
    Random random = new Random(SEED);
    List<String> at = new ArrayList<>();
    for (String stage : STAGES) {
      at.add(killIn(stage, run, killed, 2 + random.nextInt(8), random));
    }
    finish(run, killed);
    System.out.println(backend + ", seed " + SEED + ": killed at " + String.join("; ", at));
    assertThat(at).as("most kills came in time").filteredOn(a -> !a.contains("late")).isNotEmpty();
    for (String stage : STAGES) {
      String model = stage + "/final/model.safetensors";
      assertThat(Files.mismatch(run.output("straight", model), run.output("killed", model)))
          .as("the first byte of %s that differs, killed at %s", model, at)
          .isEqualTo(-1);
      assertThat(Metrics.of(run.output("killed", stage + "/metrics.jsonl")).withoutTimes())
          .isEqualTo(Metrics.of(run.output("straight", stage + "/metrics.jsonl")).withoutTimes());
    }
    String log = ForkedRun.log(killed);
    assertThat(log).contains("Stage sft is finished already.", "Stage reward is finished already.");
  }

  private Path config(String name, String backend) throws IOException {
    return Files.writeString(
        dir.resolve(name + ".yaml"),
        """
        run: { name: %s, seed: 3, out: out }
        backend: { id: %s, threads: 2 }
        data: { maxLength: 32 }
        optimizer: { type: adamw, learningRate: 1e-3, schedule: { type: cosine, warmupSteps: 2 } }
        train: { steps: 12, batchSize: 4, microBatchSize: 2, checkpointEvery: 3, keep: 2 }
        track: [jsonl]
        stages:
          sft:
            model: { path: model }
            data: { train: rows.jsonl }
          reward:
            model: { path: "stage:sft" }
            algorithm: { type: reward, pooling: mean }
            data: { train: pairs.jsonl, packing: none }
          sampled:
            model: { path: "stage:sft" }
            algorithm:
              type: rejection-sampling
              rounds: 2
              samplesPerPrompt: 2
              maxNewTokens: 6
              keepTruncated: true
              reward: "stage:reward"
            data: { train: rows.jsonl }
        """
            .formatted(name, backend));
  }

  private static void finish(ForkedRun run, Path config) throws IOException, InterruptedException {
    Process process = run.start(config);
    assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(ForkedRun.log(config)).isZero();
  }

  private static String killIn(String stage, ForkedRun run, Path config, int step, Random random)
      throws IOException, InterruptedException {
    Process process = run.start(config);
    while (process.isAlive() && run.lastStep("killed/" + stage) < step) {
      Thread.sleep(1);
    }
    TimeUnit.MICROSECONDS.sleep(random.nextInt(15_000));
    boolean late = !process.isAlive();
    process.destroyForcibly().waitFor();
    return "%s, step %d%s".formatted(stage, run.lastStep("killed/" + stage), late ? " late" : "");
  }
}
