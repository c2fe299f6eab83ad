package dev.fettle.models.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fettle.models.LanguageModel;
import dev.fettle.models.ModelParts;
import dev.fettle.models.Models;
import dev.fettle.models.PolicySpec;
import dev.fettle.models.config.HfConfig;
import dev.fettle.models.config.ModelFileException;
import dev.fettle.models.config.StrictJson;
import dev.fettle.models.nn.Initializer;
import dev.fettle.models.nn.ParameterSpec;
import dev.fettle.models.nn.Source;
import dev.fettle.models.weights.SafetensorsWriter;
import dev.fettle.models.weights.TensorEntry;
import dev.fettle.spi.HostTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which layers an adapter has, what its parameters are called, and PEFT's config files. */
class LoraConfigTest {
  private static final String LLAMA =
      """
      {"model_type": "llama", "vocab_size": 11, "hidden_size": 8, "intermediate_size": 12,
       "num_hidden_layers": 2, "num_attention_heads": 2, "num_key_value_heads": 1,
       "max_position_embeddings": 16, "tie_word_embeddings": TIED}
      """;
  private static final String GPT2 =
      """
      {"model_type": "gpt2", "vocab_size": 11, "n_embd": 8, "n_layer": 1, "n_head": 2,
       "n_positions": 16}
      """;
  private static final String NEOX =
      """
      {"model_type": "gpt_neox", "vocab_size": 11, "hidden_size": 8, "intermediate_size": 12,
       "num_hidden_layers": 1, "num_attention_heads": 2, "max_position_embeddings": 16}
      """;

  @TempDir Path dir;

  private static LanguageModel model(String json) {
    try {
      Path origin = Path.of("config.json");
      return Models.of(
          HfConfig.of(
                  origin,
                  StrictJson.MAPPER.readValue(
                      json, com.fasterxml.jackson.databind.node.ObjectNode.class))
              .model());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static LanguageModel llama(boolean tied) {
    return model(LLAMA.replace("TIED", Boolean.toString(tied)));
  }

  private static ModelParts trace(LanguageModel model, LoraConfig lora) {
    PolicySpec plain = PolicySpec.of(model);
    return ModelParts.trace(plain.adapted(new LoraLinears(plain.linears(), lora, model.names())));
  }

  private static List<String> adapter(ModelParts parts) {
    return parts.from(Source.ADAPTER).stream().map(ParameterSpec::name).toList();
  }

  private static LoraConfig saving(String... modules) {
    return new LoraConfig(
        2,
        4,
        new LoraTargets.Named(List.of("q_proj")),
        false,
        List.of(modules),
        Map.of(),
        Map.of());
  }

  @Test
  void matricesStandBesideTheLayersNamed() {
    ModelParts parts =
        trace(llama(false), LoraConfig.of(3, 6, new LoraTargets.Named(List.of("q_proj"))));
    assertThat(adapter(parts))
        .containsExactly(
            "model.layers.0.self_attn.q_proj.lora_A.weight",
            "model.layers.0.self_attn.q_proj.lora_B.weight",
            "model.layers.1.self_attn.q_proj.lora_A.weight",
            "model.layers.1.self_attn.q_proj.lora_B.weight");
    ParameterSpec a = parts.from(Source.ADAPTER).get(0);
    ParameterSpec b = parts.from(Source.ADAPTER).get(1);
    assertThat(a.type().shape().sizes()).containsExactly(3, 8);
    assertThat(a.fill()).isEqualTo(new Initializer.Uniform(1 / Math.sqrt(8)));
    assertThat(b.type().shape().sizes()).containsExactly(8, 3);
    assertThat(b.fill()).isEqualTo(Initializer.ZEROS);
  }

  @Test
  void aTransposedWeightHasMatricesLikeAnyOther() {
    ModelParts parts =
        trace(model(GPT2), LoraConfig.of(3, 6, new LoraTargets.Named(List.of("mlp.c_proj"))));
    assertThat(adapter(parts))
        .containsExactly(
            "transformer.h.0.mlp.c_proj.lora_A.weight", "transformer.h.0.mlp.c_proj.lora_B.weight");
    assertThat(parts.from(Source.ADAPTER))
        .extracting(p -> p.type().shape().sizes())
        .containsExactly(new long[] {3, 32}, new long[] {8, 3});
  }

  static Stream<String> families() {
    return Stream.of(LLAMA.replace("TIED", "false"), GPT2, NEOX);
  }

  @ParameterizedTest
  @org.junit.jupiter.params.provider.MethodSource("families")
  void allLinearIsAllButTheHead(String json) {
    LanguageModel model = model(json);
    AdaptableLayers layers = AdaptableLayers.of(model);
    List<String> adapted = adapter(trace(model, LoraConfig.of(2, 2, new LoraTargets.AllLinear())));
    assertThat(adapted).hasSize(2 * layers.linears().size()).noneMatch(n -> n.contains("head"));
    // As it is written: by name. It must mean the same layers.
    LoraConfig all = LoraConfig.of(2, 2, new LoraTargets.AllLinear());
    LoraConfig named = LoraConfig.of(2, 2, new LoraTargets.Named(layers.linearNames()));
    assertThat(layers.adapted(named)).isEqualTo(layers.adapted(all));
  }

  @ParameterizedTest
  @CsvSource({"llama,q_proj;v_proj", "gpt2,c_attn", "neox,query_key_value"})
  void withoutTargetsPeftsAreTaken(String family, String expected) {
    LanguageModel model =
        switch (family) {
          case "llama" -> llama(true);
          case "gpt2" -> model(GPT2);
          default -> model(NEOX);
        };
    assertThat(AdaptableLayers.of(model).defaultTargets())
        .isEqualTo(new LoraTargets.Named(List.of(expected.split(";"))));
  }

  @ParameterizedTest
  @CsvSource({
    "q_proj, true",
    "self_attn.q_proj, true",
    "model.layers.3.self_attn.q_proj, true",
    "proj, false",
    "k_proj, false"
  })
  void namesAreEndsOfPathsAtADot(String name, boolean matches) {
    LoraTargets targets = new LoraTargets.Named(List.of(name));
    assertThat(targets.includes("model.layers.3.self_attn.q_proj")).isEqualTo(matches);
  }

  @Test
  void aStringIsARegularExpressionOfTheWholePath() {
    LoraTargets targets = new LoraTargets.Matching(".*\\.[12]\\..*q_proj");
    assertThat(targets.includes("model.layers.1.self_attn.q_proj")).isTrue();
    assertThat(targets.includes("model.layers.3.self_attn.q_proj")).isFalse();
    assertThat(new LoraTargets.Matching("q_proj").includes("a.q_proj")).isFalse();
  }

  @Test
  void ranksAndAlphasMayDifferByLayer() {
    LoraConfig lora =
        new LoraConfig(
            4,
            8,
            new LoraTargets.AllLinear(),
            true,
            List.of(),
            Map.of("layers.1.self_attn.q_proj", 16),
            Map.of(".*v_proj", 2.0));
    assertThat(lora.rankOf("model.layers.1.self_attn.q_proj")).isEqualTo(16);
    assertThat(lora.rankOf("model.layers.0.self_attn.q_proj")).isEqualTo(4);
    assertThat(lora.scaleOf("model.layers.1.self_attn.q_proj")).isEqualTo(2);
    assertThat(lora.scaleOf("model.layers.0.self_attn.v_proj")).isEqualTo(1);
    assertThat(LoraConfig.of(4, 8, lora.targets()).scaleOf("x")).isEqualTo(2);
  }

  @Test
  void aCopyOfAModuleIsTrainedInItsPlace() {
    ModelParts parts = trace(llama(false), saving("embed_tokens", "mlp"));
    assertThat(adapter(parts))
        .contains(
            "model.embed_tokens.modules_to_save.weight",
            "model.layers.0.mlp.up_proj.modules_to_save.weight")
        .hasSize(1 + 4 + 6);
    // What the copies began as is there too: the model without the adapter reads it.
    assertThat(parts.has("model.embed_tokens.weight")).isTrue();
  }

  @Test
  void aTiedHeadIsCopiedUnderItsOwnName() {
    assertThat(adapter(trace(llama(true), saving("lm_head"))))
        .contains("lm_head.modules_to_save.weight");
    assertThat(adapter(trace(llama(true), saving("embed_tokens"))))
        .contains("model.embed_tokens.modules_to_save.weight")
        .doesNotContain("lm_head.modules_to_save.weight");
    // transformers calls this one lm_head in memory, embed_out in files.
    assertThat(adapter(trace(model(NEOX), saving("lm_head"))))
        .isEqualTo(adapter(trace(model(NEOX), saving("embed_out"))))
        .containsExactly("embed_out.modules_to_save.weight");
  }

  @Test
  void aLayerTrainedAsAWholeHasNoMatrices() {
    assertThat(adapter(trace(llama(false), saving("q_proj"))))
        .containsExactly(
            "model.layers.0.self_attn.q_proj.modules_to_save.weight",
            "model.layers.1.self_attn.q_proj.modules_to_save.weight");
  }

  @Test
  void whatTheModelLacksIsFound() {
    AdaptableLayers layers = AdaptableLayers.of(llama(true));
    assertThat(layers.unknownTarget(new LoraTargets.Named(List.of("q_proj", "c_attn"))))
        .contains("c_attn");
    assertThat(layers.unknownTarget(new LoraTargets.AllLinear())).isEmpty();
    assertThat(layers.unknownModule(List.of("lm_head", "norm", "wte"))).contains("wte");
  }

  private AdapterConfig read(String more) throws IOException {
    Files.writeString(
        dir.resolve(AdapterConfig.FILE),
        "{\"peft_type\": \"LORA\", \"r\": 4, \"lora_alpha\": 8, \"target_modules\": [\"q_proj\"]"
            + more
            + "}");
    return AdapterConfig.read(dir);
  }

  @Test
  void aConfigIsRead() throws IOException {
    AdapterConfig config =
        read(
            ", \"use_rslora\": true, \"modules_to_save\": [\"lm_head\"], \"rank_pattern\":"
                + " {\"k_proj\": 2}, \"alpha_pattern\": {\"k_proj\": 3}, \"lora_dropout\": 0.1,"
                + " \"base_model_name_or_path\": \"a/b\", \"layers_to_transform\": null,"
                + " \"use_dora\": false, \"megatron_core\": \"megatron.core\"");
    assertThat(config.lora())
        .isEqualTo(
            new LoraConfig(
                4,
                8,
                new LoraTargets.Named(List.of("q_proj")),
                true,
                List.of("lm_head"),
                Map.of("k_proj", 2),
                Map.of("k_proj", 3.0)));
    assertThat(config.baseModel()).contains("a/b");
    assertThat(config.dropout()).isEqualTo(0.1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "use_dora: true",
        "lora_bias: true",
        "bias: 'all'",
        "layers_to_transform: [1, 2]",
        "layer_replication: [[0, 4]]",
        "exclude_modules: ['mlp']",
        "trainable_token_indices: [1]",
        "target_parameters: ['w']",
        "use_qalora: true",
        "alora_invocation_tokens: [1]",
        "init_lora_weights: 'pissa'",
        "something_new: 3"
      })
  void whatChangesTheNumbersIsRefusedByName(String entry) {
    String key = entry.substring(0, entry.indexOf(':'));
    String value = entry.substring(entry.indexOf(':') + 1).replace('\'', '"');
    assertThatThrownBy(() -> read(", \"" + key + "\": " + value))
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining(AdapterConfig.FILE)
        .hasMessageContaining("key '" + key + "' is");
  }

  @Test
  void anotherKindOfAdapterIsRefused() {
    assertThatThrownBy(
            () -> {
              Files.writeString(dir.resolve(AdapterConfig.FILE), "{\"peft_type\": \"IA3\"}");
              AdapterConfig.read(dir);
            })
        .hasMessageContaining("key 'peft_type' is \"IA3\"; only LORA is supported");
  }

  @Test
  void aNewConfigIsReadAgain() {
    LanguageModel model = model(GPT2);
    LoraConfig lora =
        new LoraConfig(
            4,
            8.5,
            new LoraTargets.Named(List.of("c_attn", "c_fc")),
            true,
            List.of("wte"),
            Map.of("c_fc", 2),
            Map.of("c_fc", 3.0));
    AdapterConfig.of(lora, AdaptableLayers.of(model)).saved("/base", List.of()).write(dir);
    AdapterConfig read = AdapterConfig.read(dir);
    assertThat(read.lora()).isEqualTo(lora);
    assertThat(read.baseModel()).contains("/base");
    assertThat(dir.resolve(AdapterConfig.FILE)).content().contains("\"fan_in_fan_out\" : true");
  }

  @Test
  void weightsThatDoNotFitAreNamed() {
    ModelParts parts = trace(llama(true), saving());
    HostTensor wrong = HostTensor.ofFloats(new float[6], 2, 3);
    SafetensorsWriter.write(
        dir.resolve(AdapterWeights.FILE),
        List.of(
            TensorEntry.of("base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight", wrong),
            TensorEntry.of("base_model.model.model.embed_tokens.lora_embedding_A", wrong)));
    assertThatThrownBy(() -> new AdapterWeights(dir, parts))
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining("q_proj.lora_A.weight' is [2, 3] but should be [2, 8]")
        .hasMessageContaining("3 tensors are missing")
        .hasMessageContaining("lora_embedding_A");
  }
}
