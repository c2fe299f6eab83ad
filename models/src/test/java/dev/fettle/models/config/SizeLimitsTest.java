package dev.fettle.models.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SizeLimitsTest {
  private static ObjectNode json(String family) {
    String text =
        family.equals("gpt2")
            ? """
              {"model_type": "gpt2", "n_embd": 64, "n_layer": 2, "n_head": 4, "n_positions": 128,
               "vocab_size": 512}"""
            : """
              {"model_type": "%s", "hidden_size": 64, "num_hidden_layers": 2,
               "num_attention_heads": 4, "num_key_value_heads": 4, "intermediate_size": 128,
               "max_position_embeddings": 128, "vocab_size": 512, "head_dim": 16}"""
                .formatted(family);
    try {
      return (ObjectNode) StrictJson.MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "llama, hidden_size, 1000000000",
    "llama, num_hidden_layers, 1000000",
    "llama, num_hidden_layers, 2147483647",
    "llama, intermediate_size, 2147483647",
    "llama, vocab_size, 2000000000",
    "llama, head_dim, 1000000000",
    "llama, max_position_embeddings, 2147483647",
    "mistral, num_hidden_layers, 1000000",
    "qwen2, hidden_size, 1000000000",
    "qwen3, num_hidden_layers, 1000000000",
    "gpt_neox, hidden_size, 1000000000",
    "gpt_neox, num_hidden_layers, 1000000",
    "gpt_neox, max_position_embeddings, 2147483647",
    "gpt2, n_embd, 1000000000",
    "gpt2, n_layer, 1000000",
    "gpt2, n_inner, 2000000000",
    "gpt2, n_positions, 2000000000",
    "gpt2, vocab_size, 2147483647"
  })
  void aSizeBeyondAnyModelIsNamed(String family, String key, int value) {
    ObjectNode json = json(family).put(key, value);
    assertThatThrownBy(() -> HfConfig.of(Path.of("config.json"), json))
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining("key '" + key + "' is " + value + ", more than the ");
  }

  @Test
  void manyHeadsAreNamed() {
    ObjectNode json =
        json("llama").put("num_attention_heads", 1 << 27).put("num_key_value_heads", 1 << 27);
    assertThatThrownBy(() -> HfConfig.of(Path.of("config.json"), json))
        .hasMessageContaining("'num_attention_heads' is 134217728, more than the 65536");
  }

  @Test
  void aSlidingWindowOverManyLayersIsNotCounted() {
    ObjectNode json =
        json("mistral").put("sliding_window", 16).put("num_hidden_layers", 200_000_000);
    assertThatThrownBy(() -> HfConfig.of(Path.of("config.json"), json))
        .hasMessageContaining("'num_hidden_layers'");
  }

  @Test
  void sizesThatAreTooMuchTogetherAreNamed() {
    ObjectNode json =
        json("llama")
            .put("hidden_size", 1 << 18)
            .put("intermediate_size", 1 << 20)
            .put("num_hidden_layers", 500);
    assertThatThrownBy(() -> HfConfig.of(Path.of("config.json"), json))
        .hasMessageContaining("key 'hidden_size' and the sizes beside it make a model of 3e+14");
  }

  @Test
  void theLargestModelsThereAreAreRead() {
    // Llama 3.1 405B, and a context of a million tokens.
    ObjectNode json =
        json("llama")
            .put("hidden_size", 16384)
            .put("intermediate_size", 53248)
            .put("num_hidden_layers", 126)
            .put("num_attention_heads", 128)
            .put("num_key_value_heads", 8)
            .put("head_dim", 128)
            .put("vocab_size", 128256)
            .put("max_position_embeddings", 1_010_000);
    assertThat(HfConfig.of(Path.of("config.json"), json).model().dims().layers()).isEqualTo(126);
  }
}
