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
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a round takes, caches, programs and answers, is given back before the next. */
@Tag("slow")
class RejectionMemoryTest {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final int ROUNDS = 24;

  /** What allocators keep back for later comes and goes by as much. */
  private static final double MOST_MEGABYTES = 16;

  @TempDir private Path dir;

  @ParameterizedTest
  @ValueSource(strings = {"tensorflow", "onnxruntime"})
  void memoryDoesNotGrowOverRounds(String backend) throws IOException {
    assumeTrue(Files.exists(STATUS), "memory is read from /proc, which this system has not");
    LetterTask task = LetterTask.in(dir);
    List<Double> beside = new ArrayList<>();
    List<Double> heap = new ArrayList<>();
    RunConfig config =
        task.rejection("memory", task.fresh(), backend)
            .set("algorithm.rounds", ROUNDS)
            .set("algorithm.keepTruncated", true)
            .set("algorithm.reward", List.of(Map.of("type", "length", "unit", "characters")))
            .unset("data.eval")
            .set("train.steps", 2 * ROUNDS)
            .set("train.batchSize", 16)
            .build();
    RunOptions watched =
        RunOptions.quiet()
            .toldTo(
                new TrainingListener() {
                  @Override
                  public void onStep(StepEvent event) {
                    if (!event.found().isEmpty()) {
                      double used = heapAfterCollection();
                      heap.add(used);
                      beside.add(resident() - committed());
                    }
                  }
                });
    try (Fettle fettle = Fettle.open(config, watched)) {
      fettle.train();
    }
    System.out.printf("%s: heap %s%n  beside it %s MB%n", backend, rounded(heap), rounded(beside));
    assertThat(heap).hasSize(ROUNDS);
    assertThat(grown(heap)).as("heap").isLessThan(4);
    assertThat(grown(beside)).as("beside the heap").isLessThan(MOST_MEGABYTES);
  }

  private static List<Long> rounded(List<Double> megabytes) {
    return megabytes.stream().map(Math::round).toList();
  }

  /** From the second third of the rounds to the last; what comes and goes does not count. */
  private static double grown(List<Double> megabytes) {
    return median(megabytes.subList(2 * ROUNDS / 3, ROUNDS))
        - median(megabytes.subList(ROUNDS / 3, 2 * ROUNDS / 3));
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
