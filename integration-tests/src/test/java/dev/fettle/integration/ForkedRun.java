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
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Runs of a tiny model in processes of their own, which may be killed.
 *
 * @param directory of model, rows, configurations and runs
 */
record ForkedRun(Path directory) {
  /** Pairs of answers that runs over preferences are given. */
  static final int PAIRS = 64;

  /** How long a run may take to come to its end. */
  static final long PATIENCE_SECONDS = 240;

  private static final long SEED = 17;

  /** Makes the model and its rows. */
  static ForkedRun in(Path directory) throws IOException {
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
    return new ForkedRun(directory);
  }

  /** Writes a run's configuration. */
  Path config(String name, String backendId, int steps) throws IOException {
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
            .formatted(name, backendId, steps));
  }

  /**
   * Writes the configuration of a run over preferences.
   *
   * @param algorithm the section, in braces
   */
  Path preferences(String name, String backendId, int steps, String algorithm) throws IOException {
    Path rows = directory.resolve("pairs.jsonl");
    if (!Files.exists(rows)) {
      List<String> pairs = new ArrayList<>();
      for (int i = 0; i < PAIRS; i++) {
        pairs.add(
            "{\"prompt\":\"%d+1=\",\"chosen\":\"%d\",\"rejected\":\"%d or so\"}"
                .formatted(i, i + 1, i));
      }
      Files.write(rows, pairs);
    }
    return Files.writeString(
        directory.resolve(name + ".yaml"),
        """
        run: { name: %s, seed: 3, out: out }
        backend: { id: %s, threads: 2 }
        model: { path: model }
        algorithm: %s
        data: { train: pairs.jsonl, maxLength: 32, packing: none }
        optimizer: { type: adamw, learningRate: 1e-3, schedule: { type: cosine, warmupSteps: 5 } }
        train: { steps: %d, batchSize: 2, microBatchSize: 1, checkpointEvery: 7, keep: 2 }
        track: [jsonl]
        """
            .formatted(name, backendId, algorithm, steps));
  }

  /** Begins it, or goes on with it. */
  Process start(Path config, String... overrides) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:MaxDirectMemorySize=2g",
                "-Dorg.bytedeco.javacpp.maxBytes=0",
                "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0",
                "dev.fettle.cli.Main",
                "train",
                config.toString(),
                "--resume"));
    for (String override : overrides) {
      command.addAll(List.of("--set", override));
    }
    ProcessBuilder builder = new ProcessBuilder(command);
    // In the environment: a long command line is what some native code trips over.
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    builder.redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(logFile(config).toFile()));
    return builder.start();
  }

  /** Begins it, or goes on with it, and waits for its end, which must be a good one. */
  void finish(Path config) throws IOException, InterruptedException {
    Process process = start(config);
    assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(log(config)).isZero();
  }

  /** Prompts of several lengths, with the file by which their reward says that it is asked. */
  Path prompts(String name, int count) throws IOException {
    return Files.writeString(
        directory.resolve(name + ".prompts.jsonl"),
        IntStream.range(0, count)
            .mapToObj(
                i ->
                    "{\"prompt\":\"%s%d+1=\",\"marker\":\"%s\"}\n"
                        .formatted("7".repeat(i % 5), i, marker(name)))
            .collect(Collectors.joining()));
  }

  /** A file that is there while the answers to {@link #prompts} are rewarded. */
  Path marker(String name) {
    return directory.resolve(name + ".scoring");
  }

  /** A file of two runs has the same bytes. */
  void same(String file, String one, String other, List<String> killedAt) throws IOException {
    assertThat(Files.mismatch(output(one, file), output(other, file)))
        .as("the first byte of %s that differs, killed at %s", file, killedAt)
        .isEqualTo(-1);
  }

  private static Path logFile(Path config) {
    return config.resolveSibling(config.getFileName() + ".log");
  }

  /** What a run has printed. */
  static String log(Path config) throws IOException {
    return new String(Files.readAllBytes(logFile(config)), StandardCharsets.UTF_8);
  }

  /** A file or directory of a run. */
  Path output(String name, String file) {
    return directory.resolve("out").resolve(name).resolve(file);
  }

  /** The last step whose metrics are in a run's file. */
  int lastStep(String name) throws IOException {
    Path metrics = output(name, "metrics.jsonl");
    if (!Files.exists(metrics)) {
      return 0;
    }
    String text = Files.readString(metrics);
    int end = text.lastIndexOf("{\"step\":");
    int comma = end < 0 ? -1 : text.indexOf(',', end);
    return comma < 0 ? 0 : Integer.parseInt(text.substring(end + 8, comma));
  }

  /** The loss of every step, without the times that are never the same. */
  List<String> losses(String name) throws IOException {
    return Files.readAllLines(output(name, "metrics.jsonl")).stream()
        .map(line -> line.substring(0, line.indexOf(",\"grad_norm\"")))
        .toList();
  }
}
