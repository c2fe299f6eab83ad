package dev.fettle.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fettle.spi.BackendProvider;
import dev.fettle.spi.Device;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs on a real card: {@code -Pgpu}, where there is one. */
@Tag("gpu")
class GpuRunTest {
  private static final String GPU = "backend.device=gpu:0";
  private static final int STEPS = 50;
  private static final double CLOSE = 2e-5;
  private static final long PATIENCE_SECONDS = 300;

  @TempDir Path directory;

  private static void requireGpu(String backendId) {
    for (BackendProvider provider : ServiceLoader.load(BackendProvider.class)) {
      if (provider.id().equals(backendId)) {
        var usable = provider.probe(Device.parse("gpu:0"));
        assumeTrue(usable.available(), usable.detail());
      }
    }
  }

  private static void finish(Process process, Path config)
      throws IOException, InterruptedException {
    assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(ForkedRun.log(config)).isZero();
  }

  private static List<JsonNode> steps(ForkedRun run, String name) throws IOException {
    return Metrics.of(run.output(name, "metrics.jsonl")).steps();
  }

  @ParameterizedTest
  @ValueSource(strings = {"tensorflow", "onnxruntime"})
  void theCardFollowsTheCpu(String backendId) throws IOException, InterruptedException {
    requireGpu(backendId);
    ForkedRun run = ForkedRun.in(directory);
    Path cpu = run.config("cpu", backendId, STEPS);
    Path gpu = run.config("gpu", backendId, STEPS);
    finish(run.start(cpu), cpu);
    finish(run.start(gpu, GPU), gpu);
    List<JsonNode> expected = steps(run, "cpu");
    List<JsonNode> actual = steps(run, "gpu");
    assertThat(actual).hasSameSizeAs(expected).hasSize(STEPS);
    for (int i = 0; i < STEPS; i++) {
      double off =
          Math.abs(actual.get(i).get("loss").asDouble() - expected.get(i).get("loss").asDouble());
      assertThat(off).as("step " + (i + 1)).isLessThanOrEqualTo(CLOSE);
    }
  }

  /** What is uploaded again is what was there: the losses go on as if nothing had happened. */
  @ParameterizedTest
  @ValueSource(strings = {"tensorflow", "onnxruntime"})
  void aKilledRunGoesOn(String backendId) throws IOException, InterruptedException {
    requireGpu(backendId);
    ForkedRun run = ForkedRun.in(directory);
    Path straight = run.config("straight", backendId, STEPS);
    Path killed = run.config("killed", backendId, STEPS);
    finish(run.start(straight, GPU), straight);
    Process process = run.start(killed, GPU);
    while (process.isAlive() && run.lastStep("killed") < STEPS / 2) {
      Thread.sleep(2);
    }
    process.destroyForcibly().waitFor();
    finish(run.start(killed, GPU), killed);
    List<JsonNode> expected = steps(run, "straight");
    List<JsonNode> actual = steps(run, "killed");
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < STEPS; i++) {
      double off =
          Math.abs(actual.get(i).get("loss").asDouble() - expected.get(i).get("loss").asDouble());
      assertThat(off).as("step " + (i + 1)).isLessThanOrEqualTo(CLOSE);
    }
    assertThat(Files.exists(run.output("killed", "final/model.safetensors"))).isTrue();
  }
}
