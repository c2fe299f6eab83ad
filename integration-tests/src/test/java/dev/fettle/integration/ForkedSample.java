package dev.fettle.integration;

import dev.fettle.harness.Fettle;
import dev.fettle.harness.model.NewModel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * {@code fettle sample} and its like in processes of their own, which may be killed.
 *
 * @param directory of model and prompts
 */
record ForkedSample(Path directory) {
  static final int PROMPTS = 60;
  static final int SAMPLES = 3;

  /** Makes the model and the prompts. */
  static ForkedSample in(Path directory) throws IOException {
    Random random = new Random(4);
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < PROMPTS; i++) {
      StringBuilder prompt = new StringBuilder();
      random.ints(1 + random.nextInt(30), 'a', 'z' + 1).forEach(c -> prompt.append((char) c));
      rows.add("{\"prompt\": \"" + prompt + " =\", \"answer\": \"" + i + "\"}");
    }
    Files.write(directory.resolve("prompts.jsonl"), rows);
    Files.writeString(directory.resolve("text.txt"), "1 + 1 = 2 and 2 + 1 = 3\n".repeat(20));
    Fettle.initModel(
        new NewModel(
            NewModel.Family.LLAMA,
            new NewModel.Sizes(2, 32, 4, 2, 48, 128, true),
            new NewModel.TrainedTokens(List.of(directory.resolve("text.txt")), 280, List.of()),
            17),
        directory.resolve("model"));
    return new ForkedSample(directory);
  }

  /** Begins the command, or goes on with it. */
  Process start(String command, String backend, Path out, String... more) throws IOException {
    List<String> line =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-Dorg.bytedeco.javacpp.maxBytes=0",
                "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0",
                "dev.fettle.cli.Main",
                command,
                "--model=" + directory.resolve("model"),
                "--data=" + directory.resolve("prompts.jsonl"),
                "--backend=" + backend,
                "--threads=1",
                "--n=" + SAMPLES,
                "--batch-size=8",
                "--max-new-tokens=48",
                "--seed=3",
                "--out=" + out));
    line.addAll(List.of(more));
    ProcessBuilder builder = new ProcessBuilder(line);
    // In the environment: a long command line is what some native code trips over.
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    builder.redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log(out).toFile()));
    return builder.start();
  }

  private static Path log(Path out) {
    return out.resolveSibling(out.getFileName() + ".log");
  }

  /** What the commands for a file have printed. */
  static String printed(Path out) throws IOException {
    return new String(Files.readAllBytes(log(out)), StandardCharsets.UTF_8);
  }
}
