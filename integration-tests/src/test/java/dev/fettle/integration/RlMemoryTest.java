package dev.fettle.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fettle.harness.Fettle;
import dev.fettle.harness.config.RunConfig;
import dev.fettle.harness.run.RunOptions;
import dev.fettle.train.StepEvent;
import dev.fettle.train.TrainingListener;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Two hundred rollouts take no more memory than fifty: nothing of one stays behind. */
@Tag("slow")
class RlMemoryTest {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final int STEPS = 200;
  private static final int EVERY = 5;

  /** What allocators keep back for later comes and goes by as much. */
  private static final double MOST_MEGABYTES = 16;

  @TempDir private Path dir;

  @ParameterizedTest
  @CsvSource({"tensorflow,a2c", "onnxruntime,a2c", "onnxruntime,ppo"})
  void memoryDoesNotGrowOverSteps(String backend, String algorithm) throws IOException {
    assumeTrue(Files.exists(STATUS), "memory is read from /proc, which this system has not");
    RlTask task = RlTask.in(dir);
    List<Double> beside = new ArrayList<>();
    List<Double> heap = new ArrayList<>();
    RunConfig config =
        task.run("memory", backend, algorithm)
            .set("algorithm.critic.body", "separate")
            .set("algorithm.maxNewTokens", 10)
            .set("train.steps", STEPS)
            .build();
    RunOptions watched =
        RunOptions.quiet()
            .toldTo(
                new TrainingListener() {
                  @Override
                  public void onStep(StepEvent event) {
                    if (event.step() % EVERY == 0) {
                      heap.add(heapAfterCollection());
                      beside.add(resident() - committed());
                    }
                  }
                });
    try (Fettle fettle = Fettle.open(config, watched)) {
      fettle.train();
    }
    System.out.printf(
        "%s, %s: heap %s%n  beside it %s MB%n", algorithm, backend, rounded(heap), rounded(beside));
    assertThat(heap).hasSize(STEPS / EVERY);
    assertThat(grown(heap)).as("heap").isLessThan(4);
    assertThat(grown(beside)).as("beside the heap").isLessThan(MOST_MEGABYTES);
  }

  private static List<Long> rounded(List<Double> megabytes) {
    return megabytes.stream().map(Math::round).toList();
  }

  /** From the steps about the fiftieth to the last ones; what comes and goes does not count. */
  private static double grown(List<Double> megabytes) {
    int quarter = megabytes.size() / 4;
    return median(megabytes.subList(megabytes.size() - quarter, megabytes.size()))
        - median(megabytes.subList(quarter, 2 * quarter));
  }

  private static double median(List<Double> values) {
    return values.stream().sorted().toList().get(values.size() / 2);
  }

  private static double heapAfterCollection() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return (runtime.totalMemory() - runtime.freeMemory()) / 1e6;
  }

  private static double committed() {
    return Runtime.getRuntime().totalMemory() / 1e6;
  }

  private static double resident() {
    try {
      for (String line : Files.readAllLines(STATUS)) {
        if (line.startsWith("VmRSS:")) {
          return Double.parseDouble(line.replaceAll("[^0-9]", "")) * 1024 / 1e6;
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    throw new IllegalStateException("no VmRSS in " + STATUS);
  }
}
