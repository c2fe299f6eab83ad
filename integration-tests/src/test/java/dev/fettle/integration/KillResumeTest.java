package dev.fettle.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fettle.harness.Fettle;
import dev.fettle.harness.model.NewModel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
  private static final int KILLS = Integer.getInteger("fettle.kills", 3);
  private static final long SEED = Long.getLong("fettle.seed", 17);
  private static final long PATIENCE_SECONDS = 180;

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"tensorflow", "onnxruntime"})
  void everyResumeEndsBitEqual(String backendId) throws IOException, InterruptedException {
    prepare();
    Path straight = config("straight", backendId);
    Path killed = config("killed", backendId);
    assertThat(start(straight, "straight").waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();

    Random random = new Random(SEED);
    TreeSet<Integer> points = new TreeSet<>();
    while (points.size() < KILLS) {
      points.add(1 + random.nextInt(STEPS - 1));
    }
    for (int step : points) {
      killAt(start(killed, "killed"), step);
    }
    Process last = start(killed, "killed");
    assertThat(last.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(last.exitValue()).as(log("killed")).isZero();
    System.out.println("killed at steps " + points + " with seed " + SEED + " on " + backendId);

    String weights = "final/model.safetensors";
    assertThat(Files.mismatch(output("straight", weights), output("killed", weights)))
        .as("first byte at which the weights differ")
        .isEqualTo(-1);
    assertThat(losses("killed")).isEqualTo(losses("straight"));
  }

  private void prepare() throws IOException {
    List<String> rows = new ArrayList<>();
    Random random = new Random(1);
    for (int i = 0; i < 64; i++) {
      int a = random.nextInt(10);
      rows.add("{\"prompt\":\"" + a + "+1=\",\"completion\":\"" + (a + 1) + "\"}");
    }
    Files.write(directory.resolve("rows.jsonl"), rows);
    Files.writeString(directory.resolve("text.txt"), "1 + 1 = 2 and 2 + 1 = 3\n".repeat(20));
    Fettle.initModel(
        new NewModel(
            NewModel.Family.LLAMA,
            new NewModel.Sizes(2, 32, 4, 2, 48, 64, true),
            new NewModel.TrainedTokens(List.of(directory.resolve("text.txt")), 280, List.of()),
            SEED),
        directory.resolve("model"));
  }

  private Path config(String name, String backendId) throws IOException {
    return Files.writeString(
        directory.resolve(name + ".yaml"),
        """
        run: { name: %s, seed: 3, out: out }
        backend: { id: %s, threads: 2 }
        model: { path: model }
        algorithm: { type: sft }
        data: { train: rows.jsonl, maxLength: 32 }
        optimizer: { type: adamw, learningRate: 1e-3, schedule: { type: cosine, warmupSteps: 5 } }
        train: { steps: %d, batchSize: 2, microBatchSize: 1, checkpointEvery: 7, keep: 2 }
        track: [jsonl]
        """
            .formatted(name, backendId, STEPS));
  }

  private Process start(Path config, String name) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx512m",
            "-Dorg.bytedeco.javacpp.maxBytes=0",
            "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0",
            "dev.fettle.cli.Main",
            "train",
            config.toString(),
            "--resume");
    // In the environment: a long command line is what some native code trips over.
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    builder.redirectErrorStream(true);
    builder.redirectOutput(
        ProcessBuilder.Redirect.appendTo(directory.resolve(name + ".log").toFile()));
    return builder.start();
  }

  /** Waits until the step is in the metrics, then kills without warning. */
  private void killAt(Process process, int step) throws IOException, InterruptedException {
    Path metrics = output("killed", "metrics.jsonl");
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (process.isAlive() && lastStep(metrics) < step) {
      assertThat(System.nanoTime()).as(log("killed")).isLessThan(until);
      Thread.sleep(2);
    }
    process.destroyForcibly().waitFor();
  }

  private static int lastStep(Path metrics) throws IOException {
    if (!Files.exists(metrics)) {
      return 0;
    }
    String text = Files.readString(metrics);
    int end = text.lastIndexOf("{\"step\":");
    int comma = end < 0 ? -1 : text.indexOf(',', end);
    return comma < 0 ? 0 : Integer.parseInt(text.substring(end + 8, comma));
  }

  /** The loss of every step, without the times that are never the same. */
  private List<String> losses(String name) throws IOException {
    return Files.readAllLines(output(name, "metrics.jsonl")).stream()
        .map(line -> line.substring(0, line.indexOf(",\"grad_norm\"")))
        .toList();
  }

  private Path output(String name, String file) {
    return directory.resolve("out").resolve(name).resolve(file);
  }

  private String log(String name) throws IOException {
    return new String(Files.readAllBytes(directory.resolve(name + ".log")), StandardCharsets.UTF_8);
  }
}
