package dev.fettle.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fettle.data.read.DataException;
import dev.fettle.harness.config.ConfigReader;
import dev.fettle.harness.config.RunConfig;
import dev.fettle.harness.model.LoadedModel;
import dev.fettle.harness.run.RunOptions;
import dev.fettle.models.config.ModelFileException;
import dev.fettle.settings.ConfigException;
import dev.fettle.train.DivergenceException;
import dev.fettle.train.StepEvent;
import dev.fettle.train.TrainingListener;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Numbers beyond sense, in a model's config and in a run's, are answered at once. */
class AbsurdSizesTest {
  private static final Duration AT_ONCE = Duration.ofSeconds(10);

  @TempDir private Path dir;
  private Tiny tiny;

  @BeforeEach
  void make() {
    tiny = Tiny.in(dir);
  }

  private void edit(String key, int value) throws IOException {
    Path file = tiny.model().resolve("config.json");
    ObjectMapper json = new ObjectMapper();
    ObjectNode config = (ObjectNode) json.readTree(file.toFile());
    json.writeValue(file.toFile(), config.put(key, value));
  }

  @ParameterizedTest
  @CsvSource({
    "n_layer, 4096, 'holds 1 layers, but config.json says 4096'",
    "n_layer, 1000000, more than the 4096",
    "n_embd, 1000000000, more than the",
    "n_embd, 1000000, ''",
    "n_inner, 4000000, ''",
    "vocab_size, 16000000, ''",
    "n_positions, 16000000, ''",
    "n_positions, 2147483647, more than the"
  })
  void aModelIsComparedWithItsWeightsFirst(String key, int value, String message)
      throws IOException {
    edit(key, value);
    Throwable found =
        Assertions.assertTimeoutPreemptively(
            AT_ONCE, () -> catchThrowable(() -> LoadedModel.open(tiny.model(), Tiny.REFERENCE)));
    assertThat(found).isInstanceOf(ModelFileException.class).hasMessageContaining(message);
  }

  @Test
  void anAdaptersBaseMayBeNoPath() throws IOException {
    tiny.write("model/adapter_config.json", "{\"peft_type\": \"LORA\"}");
    Path adapter = dir.resolve("adapter");
    assertThat(adapter.toFile().mkdir()).isTrue();
    tiny.write(
        "adapter/adapter_config.json",
        """
        {"peft_type": "LORA", "target_modules": ["c_attn"], "base_model_name_or_path": "a\\u0000b"}
        """);
    assertThatThrownBy(() -> LoadedModel.open(adapter, Tiny.REFERENCE))
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining("base_model_name_or_path");
  }

  /** Each is refused with its key, or does no harm. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "train.steps=9223372036854775807",
        "train.steps=1e308",
        "train.steps=-1",
        "train.steps=99999999999999999999",
        "train.epochs=1e308",
        "train.epochs=-0.0",
        "train.epochs=.nan",
        "train.epochs=.inf",
        "train.epochs=1e-320",
        "train.batchSize=2147483647",
        "train.batchSize=2147483648",
        "train.microBatchSize=2147483647",
        "train.evalEvery=9223372036854775807",
        "train.checkpointEvery=9223372036854775807",
        "train.keep=2147483647",
        "train.logEvery=9223372036854775807",
        "train.earlyStopping.patience=2147483647",
        "train.earlyStopping.minDelta=1e308",
        "run.seed=9223372036854775807",
        "run.seed=-9223372036854775808",
        "backend.threads=2147483647",
        "backend.options.profile=\"a\\0b\"",
        "data.maxLength=2147483647",
        "optimizer.learningRate=1e308",
        "optimizer.learningRate=.inf",
        "optimizer.learningRate=1e-400",
        "optimizer.weightDecay=1e308",
        "optimizer.clipNorm=1e308",
        "optimizer.clipNorm=1e-308",
        "optimizer.epsilon=1e308",
        "optimizer.epsilon=1e-308",
        "optimizer.schedule.warmupSteps=9223372036854775807",
        "optimizer.schedule={type: cosine, cycles: 1e308}",
        "optimizer.schedule={type: polynomial, power: 1e308}",
        "optimizer.schedule={type: inverse_sqrt, timescale: 9223372036854775807}",
        "optimizer.schedule={type: warmup_stable_decay, decaySteps: 9223372036854775807}",
        "model.adapter.rank=2147483647",
        "model.adapter.rank=65536",
        "model.adapter.alpha=1e308"
      })
  void aRunsNumbersMayBeAnything(String setting) {
    Path file =
        tiny.write(
            "run.yaml",
            """
            run: { name: absurd, out: runs }
            backend: { id: reference, threads: 1 }
            model: { path: model }
            data: { train: rows.jsonl, eval: rows.jsonl, maxLength: 32 }
            train: { batchSize: 2, evalEvery: 1 }
            track: []
            """);
    Throwable found =
        Assertions.assertTimeoutPreemptively(
            Duration.ofSeconds(60), () -> catchThrowable(() -> twoSteps(file, setting)));
    if (found != null) {
      assertThat(found)
          .isInstanceOfAny(ConfigException.class, DivergenceException.class, DataException.class);
    }
  }

  private static void twoSteps(Path file, String setting) {
    AtomicInteger steps = new AtomicInteger();
    RunOptions options =
        RunOptions.quiet()
            .stoppingWhen(() -> steps.get() >= 2)
            .toldTo(
                new TrainingListener() {
                  @Override
                  public void onStep(StepEvent event) {
                    steps.incrementAndGet();
                  }
                });
    RunConfig config = ConfigReader.read(file, new ArrayList<>(List.of(setting)));
    try (Fettle fettle = Fettle.open(config, options)) {
      fettle.train();
    }
  }

  @Test
  void aBatchLargerThanAllRowsIsAllRows() {
    assertThatCode(
            () -> {
              RunConfig config =
                  tiny.config("all")
                      .unset("train.microBatchSize")
                      .set("train.batchSize", Integer.MAX_VALUE)
                      .set("train.steps", 1)
                      .build();
              try (Fettle fettle = Fettle.open(config, RunOptions.quiet())) {
                assertThat(fettle.train().step()).isEqualTo(1);
              }
            })
        .doesNotThrowAnyException();
  }
}
