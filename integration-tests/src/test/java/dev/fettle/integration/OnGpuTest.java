package dev.fettle.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fettle.algorithm.sft.SftObjective;
import dev.fettle.data.batch.MicroBatch;
import dev.fettle.models.nn.ForwardOptions;
import dev.fettle.optim.AdamWOptimizer;
import dev.fettle.optim.DecayedParameters;
import dev.fettle.spi.Availability;
import dev.fettle.spi.Backend;
import dev.fettle.spi.BackendOptions;
import dev.fettle.spi.BackendProvider;
import dev.fettle.spi.CompileOptions;
import dev.fettle.spi.Device;
import dev.fettle.spi.support.ProgramCache;
import dev.fettle.train.Policy;
import dev.fettle.train.Stepper;
import dev.fettle.train.StepperOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole runs on a real card: {@code ./mvnw -Pgpu -pl integration-tests -am test}. */
@Tag("gpu")
class OnGpuTest {
  private static final Device GPU = new Device("gpu", 0);
  private static final int STEPS = 50;

  /** The most that a loss may be from the CPU's. */
  private static final double LOSS = 2e-5;

  private static final long PATIENCE_SECONDS = 300;

  @TempDir Path directory;

  private static BackendProvider provider(String id) {
    return ServiceLoader.load(BackendProvider.class).stream()
        .map(ServiceLoader.Provider::get)
        .filter(p -> p.id().equals(id))
        .findFirst()
        .orElseThrow();
  }

  private static void requireGpu(String id) {
    Availability gpu = provider(id).probe(GPU);
    assumeTrue(gpu.available(), "skipped: " + gpu.detail());
  }

  private static List<Double> losses(String id, Device device) throws IOException {
    AdamWOptimizer adamW = new AdamWOptimizer(0.9, 0.999, 1e-8, 0.01, DecayedParameters.MATRICES);
    List<Double> losses = new ArrayList<>();
    try (Backend backend = provider(id).open(device, BackendOptions.DEFAULT);
        Policy policy = TinyModel.on(backend, ForwardOptions.DEFAULT);
        Stepper<MicroBatch> stepper =
            new Stepper<>(
                policy,
                new SftObjective(),
                StepperOptions.of(adamW, 1),
                new ProgramCache(backend, CompileOptions.DEFAULT))) {
      for (int i = 0; i < STEPS; i++) {
        List<MicroBatch> batch = List.of(GoldenRows.padded(TinyModel.rows(8, i)));
        losses.add(stepper.step(batch, i + 1, 1e-3).loss());
      }
    }
    return losses;
  }

  @ParameterizedTest
  @ValueSource(strings = {"tensorflow", "onnxruntime"})
  void theCourseOfARunIsTheCpus(String id) throws IOException {
    requireGpu(id);
    List<Double> cpu = losses(id, Device.CPU);
    List<Double> gpu = losses(id, GPU);
    for (int i = 0; i < STEPS; i++) {
      assertThat(Math.abs(cpu.get(i) - gpu.get(i))).as("step " + (i + 1)).isLessThan(LOSS);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"tensorflow", "onnxruntime"})
  void theSameRunTwiceIsBitEqual(String id) throws IOException {
    requireGpu(id);
    assertThat(losses(id, GPU)).isEqualTo(losses(id, GPU));
  }

  @ParameterizedTest
  @ValueSource(strings = {"tensorflow", "onnxruntime"})
  void everyResumeEndsBitEqual(String id) throws IOException, InterruptedException {
    requireGpu(id);
    KillResumeTest.everyResumeEndsBitEqual(directory, id, GPU.toString());
  }

  private static void finish(Process process, Path config)
      throws IOException, InterruptedException {
    assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(ForkedRun.log(config)).isZero();
  }

  /** The same through the command line, with what it writes of each step. */
  @ParameterizedTest
  @ValueSource(strings = {"tensorflow", "onnxruntime"})
  void theCommandFollowsTheCpu(String id) throws IOException, InterruptedException {
    requireGpu(id);
    ForkedRun run = ForkedRun.in(directory);
    Path cpu = run.config("cpu", id, STEPS);
    Path gpu = run.config("gpu", id, STEPS);
    finish(run.start(cpu), cpu);
    finish(run.start(gpu, "backend.device=" + GPU), gpu);
    List<JsonNode> expected = Metrics.of(run.output("cpu", "metrics.jsonl")).steps();
    List<JsonNode> actual = Metrics.of(run.output("gpu", "metrics.jsonl")).steps();
    assertThat(actual).hasSameSizeAs(expected).hasSize(STEPS);
    for (int i = 0; i < STEPS; i++) {
      double off =
          Math.abs(actual.get(i).get("loss").asDouble() - expected.get(i).get("loss").asDouble());
      assertThat(off).as("step " + (i + 1)).isLessThan(LOSS);
    }
  }
}
