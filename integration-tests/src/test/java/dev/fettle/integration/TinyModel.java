package dev.fettle.integration;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fettle.models.LanguageModel;
import dev.fettle.models.Models;
import dev.fettle.models.PolicySpec;
import dev.fettle.models.Weights;
import dev.fettle.models.config.HfConfig;
import dev.fettle.models.lora.LoraConfig;
import dev.fettle.models.lora.LoraLinears;
import dev.fettle.models.lora.LoraTargets;
import dev.fettle.models.nn.ForwardOptions;
import dev.fettle.models.nn.Initializer;
import dev.fettle.models.nn.ParameterSpec;
import dev.fettle.spi.Backend;
import dev.fettle.spi.HostTensor;
import dev.fettle.train.Policy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** A small Llama with seeded weights and rows, for tests that need no files. */
final class TinyModel {
  static final int VOCAB = 61;

  private static final String CONFIG =
      """
      {"model_type": "llama", "vocab_size": 61, "hidden_size": 32, "intermediate_size": 48,
       "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2,
       "max_position_embeddings": 64, "rms_norm_eps": 1e-5, "tie_word_embeddings": true}
      """;

  private TinyModel() {}

  static Policy on(Backend backend, ForwardOptions options) throws JsonProcessingException {
    return load(backend, options, TinyModel::weights);
  }

  /** The same model with an adapter on all linear layers, and a copy of its last norm. */
  static Policy adapted(Backend backend, ForwardOptions options) throws JsonProcessingException {
    PolicySpec whole = PolicySpec.of(model());
    LoraConfig lora =
        new LoraConfig(
            4, 6, new LoraTargets.AllLinear(), true, List.of("model.norm"), Map.of(), Map.of());
    PolicySpec adapted =
        whole.adapted(new LoraLinears(whole.linears(), lora, whole.body().names()));
    return Policy.load(backend, adapted, options, TinyModel::weights);
  }

  /** A model whose eight heads make attention its largest part, for rows up to a length. */
  static Policy wide(Backend backend, int maxLength) throws JsonProcessingException {
    ObjectNode json = (ObjectNode) new ObjectMapper().readTree(CONFIG);
    json.put("hidden_size", 128);
    json.put("num_attention_heads", 8);
    json.put("num_key_value_heads", 4);
    json.put("max_position_embeddings", maxLength);
    return Policy.load(
        backend,
        Models.of(HfConfig.of(Path.of("wide"), json).model()),
        ForwardOptions.DEFAULT,
        TinyModel::weights);
  }

  /** The same model, every weight moved to the next or the last float. */
  static Policy nudged(Backend backend, long seed) throws JsonProcessingException {
    return load(backend, ForwardOptions.DEFAULT, p -> nudged(weights(p), seed));
  }

  private static Policy load(Backend backend, ForwardOptions options, Weights weights)
      throws JsonProcessingException {
    return Policy.load(backend, model(), options, weights);
  }

  private static LanguageModel model() throws JsonProcessingException {
    ObjectNode json = (ObjectNode) new ObjectMapper().readTree(CONFIG);
    return Models.of(HfConfig.of(Path.of("tiny"), json).model());
  }

  private static HostTensor nudged(HostTensor t, long seed) {
    Random random = new Random(seed);
    for (long i = 0; i < t.elements(); i++) {
      float value = (float) t.get(i);
      t.set(i, random.nextBoolean() ? Math.nextUp(value) : Math.nextDown(value));
    }
    return t;
  }

  private static HostTensor weights(ParameterSpec p) {
    HostTensor t = HostTensor.allocate(p.type());
    Random random = new Random(p.name().hashCode());
    for (long i = 0; i < t.elements(); i++) {
      t.set(i, p.fill().equals(Initializer.ONES) ? 1 : random.nextGaussian() * 0.1);
    }
    return t;
  }

  /** Rows of different lengths, the first third of each not trained on. */
  static List<GoldenRows.TokenRow> rows(int count, long seed) {
    Random random = new Random(seed);
    List<GoldenRows.TokenRow> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int length = 6 + random.nextInt(20);
      int[] ids = random.ints(length, 0, VOCAB).toArray();
      int[] mask = new int[length];
      for (int t = length / 3; t < length; t++) {
        mask[t] = 1;
      }
      rows.add(new GoldenRows.TokenRow(ids, mask));
    }
    return rows;
  }
}
