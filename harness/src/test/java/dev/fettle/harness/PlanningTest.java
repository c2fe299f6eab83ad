package dev.fettle.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fettle.harness.config.RunConfig;
import dev.fettle.harness.run.RunOptions;
import dev.fettle.harness.run.RunPlan;
import dev.fettle.harness.run.TrainingReport;
import dev.fettle.models.weights.WeightMismatchException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A dry run says what the run then does. */
class PlanningTest {
  @TempDir private Path dir;
  private Tiny tiny;

  @BeforeEach
  void make() {
    tiny = Tiny.in(dir);
  }

  private static RunPlan plan(RunConfig config) {
    try (Fettle fettle = Fettle.open(config, RunOptions.quiet())) {
      return fettle.plan();
    }
  }

  private static TrainingReport train(RunConfig config) {
    try (Fettle fettle = Fettle.open(config, RunOptions.quiet())) {
      return fettle.train();
    }
  }

  @Test
  void whatIsPlannedIsWhatIsDone() throws IOException {
    RunConfig config =
        tiny.config("planned")
            .unset("train.steps")
            .set("train.epochs", 2)
            .set("data.eval", tiny.rows())
            .build();
    RunPlan plan = plan(config);
    try (Stream<Path> files = Files.list(config.run().directory())) {
      assertThat(files.map(f -> f.getFileName().toString())).containsExactly("cache");
    }
    TrainingReport report = train(config);
    assertThat(plan.rows()).isEqualTo(report.rows()).containsOnlyKeys("train", "eval");
    assertThat(plan.steps().total()).isEqualTo(report.steps());
    assertThat(plan.steps().epochs()).isEqualTo(2);
    assertThat(plan.steps().from()).isZero();
    assertThat(plan.warnings()).isEqualTo(report.warnings());
    assertThat(plan.backend()).startsWith("reference ");
    assertThat(plan(config).steps().from()).isEqualTo(report.step());
  }

  @Test
  void stateAndCheckpointAreAsLargeAsItSays() throws IOException {
    for (Map<String, ?> adapter : List.of(Map.<String, String>of(), Map.of("rank", "2"))) {
      RunConfig.Builder builder = tiny.config("size" + adapter.size()).set("train.steps", 1);
      RunConfig config =
          adapter.isEmpty() ? builder.build() : builder.set("model.adapter", adapter).build();
      RunPlan plan = plan(config);
      Path checkpoint = train(config).checkpoint().orElseThrow();
      long tensors =
          Files.size(checkpoint.resolve("optimizer.safetensors"))
              + Files.size(
                  checkpoint.resolve(
                      adapter.isEmpty() ? "model.safetensors" : "adapter_model.safetensors"));
      // Each file has a header beside its tensors.
      assertThat(plan.bytes().checkpoint()).isBetween(tensors - 20_000, tensors);
      assertThat(plan.bytes().optimizer()).isEqualTo(2 * plan.bytes().gradients());
      assertThat(plan.bytes().gradients()).isEqualTo(4 * plan.model().trained());
      assertThat(plan.bytes().state())
          .isEqualTo(plan.bytes().parameters() + 3 * plan.bytes().gradients());
      assertThat(plan.model().trained() < plan.model().parameters()).isEqualTo(!adapter.isEmpty());
    }
  }

  @Test
  void weightsThatDoNotFitAreFound() throws IOException {
    Path config = tiny.model().resolve("config.json");
    Files.writeString(
        config, Files.readString(config).replaceAll("\"n_embd\" ?: ?16", "\"n_embd\": 32"));
    assertThatThrownBy(() -> plan(tiny.config("misfit").build()))
        .isInstanceOf(WeightMismatchException.class);
  }
}
