package dev.fettle.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fettle.harness.Fettle;
import dev.fettle.harness.config.RunConfig;
import dev.fettle.harness.run.RunOptions;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Two hundred rollouts take no more memory than fifty: nothing of one stays behind. */
@Tag("slow")
class RlMemoryTest {
  private static final int STEPS = 200;
  private static final int EVERY = 5;

  @TempDir private Path dir;

  /** At a rate so low that answers stay as long as they are: after fifty steps nothing is new. */
  @ParameterizedTest
  @CsvSource({"tensorflow,a2c", "onnxruntime,a2c", "tensorflow,ppo", "onnxruntime,ppo"})
  void memoryDoesNotGrowOverSteps(String backend, String algorithm) throws IOException {
    MemoryWatch memory = watched(backend, algorithm, 1e-5);
    int fifty = 50 / EVERY;
    assertThat(memory.heapGrown(fifty)).as("heap").isLessThan(MemoryWatch.MOST_HEAP);
    assertThat(memory.besideGrown(fifty)).as("beside it").isLessThan(MemoryWatch.MOST_BESIDE);
  }

  /**
   * Answers are rewarded for being short, and soon are. New sizes need programs of their own, which
   * are kept: memory grows by these, and by nothing once all sizes have been met.
   */
  @ParameterizedTest
  @CsvSource({"tensorflow,a2c", "onnxruntime,a2c"})
  void answersThatChangeTheirLengthNeedFewPrograms(String backend, String algorithm)
      throws IOException {
    MemoryWatch memory = watched(backend, algorithm, 2e-3);
    int last = memory.looksBeforeLastProgram();
    assertThat(last).as("steps of new sizes are over, in fives").isLessThan(30);
    assertThat(memory.heapGrown(last)).as("heap").isLessThan(MemoryWatch.MOST_HEAP);
    assertThat(memory.besideGrown(last)).as("beside it").isLessThan(MemoryWatch.MOST_BESIDE);
    assertThat(memory.besideGrown(50 / EVERY)).as("by programs of new sizes").isLessThan(60);
  }

  private MemoryWatch watched(String backend, String algorithm, double rate) throws IOException {
    MemoryWatch memory = new MemoryWatch(e -> e.step() % EVERY == 0);
    RunConfig config =
        RlTask.in(dir)
            .run("memory", backend, algorithm)
            .set("algorithm.critic.body", "separate")
            .set("algorithm.maxNewTokens", 10)
            .set("optimizer.learningRate", rate)
            .set("train.steps", STEPS)
            .build();
    try (Fettle fettle = Fettle.open(config, RunOptions.quiet().toldTo(memory))) {
      fettle.train();
    }
    System.out.printf("%s, %s, rate %s: %s%n", algorithm, backend, rate, memory);
    assertThat(memory.looks()).isEqualTo(STEPS / EVERY);
    return memory;
  }
}
