package dev.fettle.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.fettle.harness.config.RunConfig;
import dev.fettle.harness.model.LoadedModel;
import dev.fettle.harness.model.MergedModel;
import dev.fettle.harness.model.ModelFiles;
import dev.fettle.harness.run.RunOptions;
import dev.fettle.harness.run.TrainingReport;
import dev.fettle.ir.DType;
import dev.fettle.models.config.HfConfig;
import dev.fettle.models.lora.AdapterWeights;
import dev.fettle.models.weights.WeightSource;
import dev.fettle.settings.ConfigException;
import dev.fettle.spi.HostTensor;
import dev.fettle.tokenizer.ChatMl;
import dev.fettle.tokenizer.Tokenizer;
import dev.fettle.tokenizer.TokenizerChanges;
import dev.fettle.tokenizer.TokenizerChanges.NewToken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tokens that a configuration adds: rows of the model, what is trained, what is written. */
class AddedTokensTest {
  @TempDir private Path dir;
  private Tiny tiny;

  @BeforeEach
  void make() {
    tiny = Tiny.in(dir);
  }

  private static TrainingReport train(RunConfig config, RunOptions options) {
    try (Fettle fettle = Fettle.open(config, options)) {
      return fettle.train();
    }
  }

  private RunConfig.Builder config(String name) {
    return tiny.config(name)
        .set("tokenizer.addTokens", List.of("<|a|>", Map.of("content", "<b>", "special", false)));
  }

  private static int vocab(Path model) {
    return HfConfig.read(model).model().dims().vocab();
  }

  @Test
  void newRowsAreTheMeanOfTheOld() {
    int rows = vocab(tiny.model());
    TokenizerChanges changes =
        new TokenizerChanges(
            List.of(NewToken.special("<|a|>"), new NewToken("<b>", false)),
            Optional.empty(),
            Optional.empty());
    try (ModelFiles files = ModelFiles.open(tiny.model(), Optional.empty(), changes);
        WeightSource stored = WeightSource.open(tiny.model());
        WeightSource grown = files.weights()) {
      Tokenizer tokenizer = files.requireTokenizer();
      assertThat(files.model().shape().vocab())
          .isEqualTo(tokenizer.vocabSize())
          .isGreaterThan(rows);
      HostTensor old = stored.readAs("transformer.wte.weight", DType.F32);
      HostTensor now = grown.readAs("transformer.wte.weight", DType.F32);
      int width = (int) old.sizes()[1];
      for (int column = 0; column < width; column++) {
        double sum = 0;
        for (int row = 0; row < rows; row++) {
          float value = old.floats().get(row * width + column);
          assertThat(now.floats().get(row * width + column)).isEqualTo(value);
          sum += value;
        }
        for (int row = rows; row < tokenizer.vocabSize(); row++) {
          assertThat((double) now.floats().get(row * width + column))
              .isCloseTo(sum / rows, within(1e-7));
        }
      }
    }
  }

  @Test
  void theFinishedModelHasThem() throws IOException {
    Path rows =
        tiny.write(
            "marked.jsonl",
            "{\"prompt\": \"<|a|>What?\", \"completion\": \"<b>It is.\"}\n".repeat(8));
    TrainingReport report =
        train(config("added").set("data.train", rows).build(), RunOptions.quiet());
    Path model = report.model().orElseThrow();
    try (Tokenizer base = Tokenizer.load(tiny.model());
        LoadedModel loaded = LoadedModel.open(model, Tiny.REFERENCE)) {
      int first = base.vocabSize();
      assertThat(vocab(model)).isEqualTo(first + 2);
      Tokenizer tokenizer = loaded.tokenizer();
      assertThat(tokenizer.encode("<|a|> x<b>", false).ids()).startsWith(first).endsWith(first + 1);
      assertThat(tokenizer.isSpecial(first)).isTrue();
      assertThat(tokenizer.isSpecial(first + 1)).isFalse();
      assertThat(tokenizer.decode(new int[] {first, first + 1}, true)).isEqualTo("<b>");
      assertThat(loaded.generate("<|a|>", dev.fettle.models.generate.SamplingOptions.greedy(3)))
          .isNotNull();
    }
  }

  @Test
  void aResumedRunEndsAsIfItHadNotStopped() throws IOException {
    TrainingReport straight = train(config("straight").build(), RunOptions.quiet());
    RunConfig config = config("stopped").build();
    AtomicInteger asked = new AtomicInteger();
    train(config, RunOptions.quiet().stoppingWhen(() -> asked.getAndIncrement() >= 3));
    TrainingReport resumed;
    try (Fettle fettle = Fettle.open(config, RunOptions.quiet())) {
      resumed = fettle.resume();
    }
    assertThat(Files.readAllBytes(resumed.model().orElseThrow().resolve("model.safetensors")))
        .isEqualTo(Files.readAllBytes(straight.model().orElseThrow().resolve("model.safetensors")));
  }

  @Test
  void anAdapterTrainsAndKeepsTheirRows() {
    TrainingReport report =
        train(
            config("lora")
                .set("model.adapter.rank", 2)
                .set("model.adapter.targets", "c_attn")
                .build(),
            RunOptions.quiet());
    Path adapter = report.model().orElseThrow();
    try (WeightSource weights = WeightSource.open(adapter.resolve(AdapterWeights.FILE));
        Tokenizer tokenizer = Tokenizer.load(adapter)) {
      assertThat(weights.names())
          .contains("base_model.model.transformer.wte.weight", "base_model.model.lm_head.weight");
      assertThat(weights.shape("base_model.model.transformer.wte.weight")[0])
          .isEqualTo(tokenizer.vocabSize())
          .isEqualTo(vocab(tiny.model()) + 2);
    }
    double alone = Fettle.score(adapter, Tiny.REFERENCE, tiny.rows()).meanLoss();
    Path merged = dir.resolve("merged");
    new MergedModel(tiny.model(), adapter).write(merged);
    assertThat(vocab(merged)).isEqualTo(vocab(tiny.model()) + 2);
    assertThat(Fettle.score(merged, Tiny.REFERENCE, tiny.rows()).meanLoss())
        .isCloseTo(alone, within(1e-5));
  }

  @Test
  void chatMlBringsItsTokensAndEndsATurn() throws IOException {
    Path rows =
        tiny.write(
            "chat.jsonl",
            "{\"messages\": [{\"role\": \"user\", \"content\": \"one\"}, {\"role\": \"assistant\", \"content\": \"two\"}]}\n"
                .repeat(8));
    Files.writeString(
        tiny.model().resolve("generation_config.json"), "{\"eos_token_id\": 0, \"top_k\": 5}");
    TrainingReport report =
        train(
            tiny.config("chat")
                .set("data.train", rows)
                .set("tokenizer.chatTemplate", "chatml")
                .build(),
            RunOptions.quiet());
    Path model = report.model().orElseThrow();
    try (Tokenizer tokenizer = Tokenizer.load(model)) {
      int end = tokenizer.idOf(ChatMl.END).orElseThrow();
      assertThat(tokenizer.eosId()).hasValue(end);
      assertThat(tokenizer.stopIds()).containsExactly(end);
      assertThat(tokenizer.encode(ChatMl.START + "user", false).ids())
          .startsWith(tokenizer.idOf(ChatMl.START).orElseThrow());
      assertThat(tokenizer.chatTemplate().source()).isEqualTo(ChatMl.template().source());
      assertThat(Files.readString(model.resolve("generation_config.json")))
          .contains("\"top_k\"")
          .contains(String.valueOf(end));
      assertThat(HfConfig.read(model).model().ids().eos()).containsExactly(end);
    }
  }

  @Test
  void twoTemplatesOrNoTokenAreRefused() {
    assertThatExceptionOfType(ConfigException.class)
        .isThrownBy(
            () ->
                config("two")
                    .set("tokenizer.chatTemplate", "{{ messages }}")
                    .set("data.chatTemplate", "chatml")
                    .build())
        .withMessageContaining("tokenizer.chatTemplate: is given beside data.chatTemplate");
    assertThatExceptionOfType(ConfigException.class)
        .isThrownBy(() -> tiny.config("none").set("tokenizer.addTokens", List.of("")).build())
        .withMessageContaining("tokenizer.addTokens");
  }
}
