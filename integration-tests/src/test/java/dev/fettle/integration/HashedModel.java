package dev.fettle.integration;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fettle.models.LanguageModel;
import dev.fettle.models.Models;
import dev.fettle.models.PolicySpec;
import dev.fettle.models.config.HfConfig;
import dev.fettle.models.head.LmHead;
import dev.fettle.models.head.ValueHead;
import dev.fettle.models.nn.ForwardOptions;
import dev.fettle.models.nn.ParameterSpec;
import dev.fettle.spi.Backend;
import dev.fettle.spi.HostTensor;
import dev.fettle.train.Policy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.CRC32;

/**
 * A small Llama whose weights follow from their names, so that other programs have the same: see
 * {@code make_objectives.py} and {@code make_losses.py}.
 */
final class HashedModel {
  private static final double SCALE = 0.25;

  private static final String CONFIG =
      """
      {"model_type": "llama", "vocab_size": 61, "hidden_size": 32, "intermediate_size": 48,
       "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2,
       "max_position_embeddings": 64, "rms_norm_eps": 1e-5, "tie_word_embeddings": true}
      """;

  private HashedModel() {}

  /** The model of a salt: policies and references differ by it. */
  static Policy on(Backend backend, String salt) {
    return Policy.load(backend, model(), ForwardOptions.DEFAULT, p -> weights(salt, p));
  }

  /** The same with a critic on its body, beside next-token logits. */
  static Policy withCritic(Backend backend, String salt) {
    LanguageModel body = model();
    PolicySpec spec = PolicySpec.of(body, List.of(new LmHead(body), ValueHead.SHARED));
    return Policy.load(backend, spec, ForwardOptions.DEFAULT, p -> weights(salt, p));
  }

  private static LanguageModel model() {
    try {
      return Models.of(
          HfConfig.of(Path.of("hashed"), (ObjectNode) new ObjectMapper().readTree(CONFIG)).model());
    } catch (JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }

  private static HostTensor weights(String salt, ParameterSpec p) {
    HostTensor t = HostTensor.allocate(p.type());
    for (int i = 0; i < t.elements(); i++) {
      float value = (float) hashed(salt + p.name(), i, SCALE);
      t.set(i, p.name().contains("norm") ? 1 + (double) value : value);
    }
    return t;
  }

  /** The i-th number of a name, in {@code [-scale, scale)}. */
  static double hashed(String name, int i, double scale) {
    CRC32 crc = new CRC32();
    crc.update(name.getBytes(StandardCharsets.UTF_8));
    int z = (int) crc.getValue() + i * 0x9E3779B9;
    z = (z ^ (z >>> 16)) * 0x85EBCA6B;
    z = (z ^ (z >>> 13)) * 0xC2B2AE35;
    z = z ^ (z >>> 16);
    return (Integer.toUnsignedLong(z) / (double) (1L << 31) - 1) * scale;
  }
}
