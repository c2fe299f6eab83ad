package dev.fettle.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.fettle.harness.config.RunConfig;
import dev.fettle.harness.run.RunOptions;
import dev.fettle.harness.run.TrainingReport;
import dev.fettle.harness.run.TrainingReport.Outcome;
import dev.fettle.models.config.ModelFileException;
import dev.fettle.models.lora.AdapterConfig;
import dev.fettle.models.lora.AdapterWeights;
import dev.fettle.models.lora.LoraTargets;
import dev.fettle.models.weights.WeightSource;
import dev.fettle.settings.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Runs that train an adapter beside a frozen model. */
class LoraRunTest {
  @TempDir private Path dir;
  private Tiny tiny;

  @BeforeEach
  void make() {
    tiny = Tiny.in(dir);
  }

  private RunConfig.Builder config(String name) {
    return tiny.config(name)
        .set("model.adapter.rank", 4)
        .set("model.adapter.alpha", 16)
        .set("model.adapter.targets", List.of("c_attn", "c_fc"));
  }

  private static TrainingReport train(RunConfig config) {
    try (Fettle fettle = Fettle.open(config, RunOptions.quiet())) {
      return fettle.train();
    }
  }

  private static byte[] weights(Path adapter) throws IOException {
    return Files.readAllBytes(adapter.resolve(AdapterWeights.FILE));
  }

  private double loss(Path model) {
    return Fettle.score(model, Tiny.REFERENCE, tiny.rows()).meanLoss();
  }

  @Test
  void theAdapterIsWrittenAsPeftWritesIt() throws IOException {
    TrainingReport report = train(config("lora").set("data.eval", tiny.rows()).build());
    assertThat(report.outcome()).isEqualTo(Outcome.FINISHED);
    try (Stream<Path> files = Files.list(report.model().orElseThrow())) {
      assertThat(files.map(f -> f.getFileName().toString()))
          .containsExactlyInAnyOrder(
              AdapterConfig.FILE,
              AdapterWeights.FILE,
              "tokenizer.json",
              "tokenizer_config.json",
              "README.md",
              "fettle.json");
    }
    AdapterConfig config = AdapterConfig.read(report.model().orElseThrow());
    assertThat(config.baseModel()).contains(tiny.model().toAbsolutePath().toString());
    assertThat(config.lora().targets()).isEqualTo(new LoraTargets.Named(List.of("c_attn", "c_fc")));
    try (WeightSource adapter =
        WeightSource.open(report.model().orElseThrow().resolve(AdapterWeights.FILE))) {
      assertThat(adapter.names())
          .containsExactly(
              "base_model.model.transformer.h.0.attn.c_attn.lora_A.weight",
              "base_model.model.transformer.h.0.attn.c_attn.lora_B.weight",
              "base_model.model.transformer.h.0.mlp.c_fc.lora_A.weight",
              "base_model.model.transformer.h.0.mlp.c_fc.lora_B.weight");
    }
    // Its base model is found by the name in it.
    assertThat(loss(report.model().orElseThrow()))
        .isCloseTo(report.evaluation().get("eval_loss"), within(1e-5))
        .isLessThan(loss(tiny.model()));
  }

  @Test
  void aCheckpointHoldsTheAdapterAlone() throws IOException {
    TrainingReport report = train(config("lora").build());
    Path checkpoint = report.directory().checkpoints().resolve("step-000006");
    assertThat(checkpoint.resolve("model.safetensors")).doesNotExist();
    assertThat(loss(checkpoint)).isEqualTo(loss(report.model().orElseThrow()));
    try (WeightSource model = WeightSource.open(checkpoint.resolve(AdapterWeights.FILE));
        WeightSource moments = WeightSource.open(checkpoint.resolve("optimizer.safetensors"))) {
      assertThat(model.names()).hasSize(4).allMatch(n -> n.contains(".lora_"));
      assertThat(moments.names()).hasSize(8).allMatch(n -> n.contains(".lora_"));
    }
  }

  @Test
  void aResumedRunEndsAsIfItHadNotStopped() throws IOException {
    TrainingReport straight = train(config("straight").build());
    RunConfig config = config("stopped").build();
    AtomicInteger asked = new AtomicInteger();
    RunOptions stopping = RunOptions.quiet().stoppingWhen(() -> asked.getAndIncrement() >= 3);
    try (Fettle fettle = Fettle.open(config, stopping)) {
      assertThat(fettle.train().outcome()).isEqualTo(Outcome.STOPPED);
    }
    try (Fettle fettle = Fettle.open(config, RunOptions.quiet())) {
      TrainingReport resumed = fettle.resume();
      assertThat(resumed.from()).isEqualTo(3);
      assertThat(weights(resumed.model().orElseThrow()))
          .isEqualTo(weights(straight.model().orElseThrow()));
    }
  }

  @Test
  void anAdapterIsTrainedOn() throws IOException {
    Path first = train(config("first").build()).model().orElseThrow();
    TrainingReport second =
        train(
            tiny.config("second")
                .set("model.adapter.path", first)
                .set("model.adapter.rank", 4)
                .set("model.adapter.targets", List.of("attn.c_attn", "mlp.c_fc"))
                .build());
    assertThat(loss(second.model().orElseThrow())).isLessThan(loss(first));
    assertThat(AdapterConfig.read(second.model().orElseThrow()).lora())
        .isEqualTo(AdapterConfig.read(first).lora());
  }

  @ParameterizedTest
  @CsvSource({
    "rank, 8, is 8",
    "alpha, 1, is 1.0",
    "rslora, true, is true",
    "targets, c_proj, is [c_proj]",
    "modulesToSave, wte, is [wte]"
  })
  void keysMustAgreeWithTheAdapterToStartFrom(String key, String value, String message) {
    Path first = train(config("first").build()).model().orElseThrow();
    Object setting =
        switch (key) {
          case "targets", "modulesToSave" -> List.of(value);
          case "rslora" -> true;
          default -> value;
        };
    RunConfig second =
        tiny.config("second")
            .set("model.adapter.path", first)
            .set("model.adapter." + key, setting)
            .build();
    assertThatThrownBy(() -> train(second))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("model.adapter." + key)
        .hasMessageContaining(message)
        .hasMessageContaining("but the adapter at model.adapter.path has");
  }

  @Test
  void whatTheModelLacksIsNamed() {
    assertThatThrownBy(
            () -> train(config("a").set("model.adapter.targets", List.of("q_proj")).build()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("model.adapter.targets")
        .hasMessageContaining("no linear layer 'q_proj'; it has c_attn, c_proj, c_fc");
    assertThatThrownBy(
            () -> train(config("b").set("model.adapter.modulesToSave", List.of("wxe")).build()))
        .hasMessageContaining("model.adapter.modulesToSave")
        .hasMessageContaining("no module 'wxe'; it has wte, wpe, ln_1");
  }

  @Test
  void freshWeightsHaveNoAdapter() {
    RunConfig config =
        tiny.config("fresh")
            .set("model.path", null)
            .set("model.init", tiny.model())
            .set("model.adapter.rank", 4)
            .build();
    assertThatThrownBy(() -> train(config))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("model.adapter")
        .hasMessageContaining("use model.path");
  }

  @Test
  void anAdapterIsNoModel() {
    Path first = train(config("first").build()).model().orElseThrow();
    assertThatThrownBy(() -> train(tiny.config("second").set("model.path", first).build()))
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining("is an adapter; give its base model here");
  }

  @Test
  void modulesTrainedAsAWholeAreSavedWithTheAdapter() throws IOException {
    TrainingReport report =
        train(config("whole").set("model.adapter.modulesToSave", List.of("lm_head")).build());
    try (WeightSource adapter =
        WeightSource.open(report.model().orElseThrow().resolve(AdapterWeights.FILE))) {
      assertThat(adapter.names()).hasSize(5).contains("base_model.model.lm_head.weight");
    }
    Path merged = dir.resolve("merged");
    Fettle.merge(tiny.model(), report.model().orElseThrow(), merged);
    assertThat(loss(merged)).isCloseTo(loss(report.model().orElseThrow()), within(1e-5));
    try (WeightSource weights = WeightSource.open(merged)) {
      // The model was tied; now it is not.
      assertThat(weights.names()).contains("lm_head.weight", "transformer.wte.weight");
    }
  }
}
