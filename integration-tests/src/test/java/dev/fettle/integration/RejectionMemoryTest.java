package dev.fettle.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fettle.harness.Fettle;
import dev.fettle.harness.config.RunConfig;
import dev.fettle.harness.run.RunOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a round takes, caches, programs and answers, is given back before the next. */
@Tag("slow")
class RejectionMemoryTest {
  private static final int ROUNDS = 24;

  @TempDir private Path dir;

  @ParameterizedTest
  @ValueSource(strings = {"tensorflow", "onnxruntime"})
  void memoryDoesNotGrowOverRounds(String backend) throws IOException {
    MemoryWatch memory = new MemoryWatch(e -> !e.found().isEmpty());
    LetterTask task = LetterTask.in(dir);
    RunConfig config =
        task.rejection("memory", task.fresh(), backend)
            .set("algorithm.rounds", ROUNDS)
            .set("algorithm.keepTruncated", true)
            .set("algorithm.reward", List.of(Map.of("type", "length", "unit", "characters")))
            .unset("data.eval")
            .set("train.steps", 2 * ROUNDS)
            .set("train.batchSize", 16)
            .build();
    try (Fettle fettle = Fettle.open(config, RunOptions.quiet().toldTo(memory))) {
      fettle.train();
    }
    System.out.printf("%s: %s%n", backend, memory);
    assertThat(memory.looks()).isEqualTo(ROUNDS);
    int third = ROUNDS / 3;
    assertThat(memory.heapGrown(third)).as("heap").isLessThan(MemoryWatch.MOST_HEAP);
    assertThat(memory.besideGrown(third)).as("beside it").isLessThan(MemoryWatch.MOST_BESIDE);
  }
}
