package dev.fettle.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fettle.harness.Fettle;
import dev.fettle.harness.model.NewModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a reference costs in memory, as the operating system counts it: with a fresh adapter nothing
 * beside fine-tuning with one, while a second model costs its weights; asked before training, a
 * second model costs nothing while training.
 */
@Tag("slow")
class ReferenceMemoryTest {
  private static final long PATIENCE_SECONDS = 600;
  private static final int STEPS = 12;
  private static final int STEADY = 4;

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"onnxruntime", "tensorflow"})
  void anAdapterNeedsNoSecondModel(String backend) throws IOException, InterruptedException {
    assumeTrue(Files.exists(Path.of("/proc/self/status")), "no /proc");
    ForkedRun run = ForkedRun.in(directory);
    Path large = directory.resolve("large");
    Fettle.initModel(
        new NewModel(
            NewModel.Family.LLAMA,
            new NewModel.Sizes(6, 1024, 8, 8, 2816, 64, true),
            new NewModel.TrainedTokens(List.of(directory.resolve("text.txt")), 280, List.of()),
            5),
        large);
    double weights = Files.size(large.resolve("model.safetensors"));
    double off = held(run, "off-" + backend, backend, "{ type: dpo }");
    double free = held(run, "free-" + backend, backend, "{ type: dpo, reference: none }");
    double second =
        held(run, "second-" + backend, backend, "{ type: dpo, reference: " + large + " }");
    System.out.printf(
        "%s: weights %.0f MB; held with adapter off %.0f MB, without a reference %.0f MB, with a"
            + " second model %.0f MB%n",
        backend, weights / 1e6, off / 1e6, free / 1e6, second / 1e6);
    assertThat(off - free).as("an adapter-off reference").isLessThan(0.3 * weights);
    assertThat(second - off).as("a second model").isGreaterThan(0.7 * weights);
  }

  /** The most resident bytes seen once training is under way. */
  private static double held(ForkedRun run, String name, String backend, String algorithm)
      throws IOException, InterruptedException {
    Path config = run.preferences(name, backend, STEPS, algorithm);
    Process process =
        run.start(
            config,
            "model.path=large",
            "model.adapter.rank=4",
            "train.checkpointEvery=0",
            "train.microBatchSize=2");
    long most = 0;
    Path status = Path.of("/proc/" + process.pid() + "/status");
    while (process.isAlive()) {
      if (run.lastStep(name) >= STEADY) {
        most = Math.max(most, resident(status));
      }
      Thread.sleep(5);
    }
    assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(ForkedRun.log(config)).isZero();
    assertThat(most).as("some step was seen").isPositive();
    return most;
  }

  private static long resident(Path status) {
    try {
      return Files.readAllLines(status).stream()
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
          .findFirst()
          .orElse(0);
    } catch (IOException e) {
      // It has just ended.
      return 0;
    }
  }
}
