package dev.fettle.models.weights;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fettle.ir.DType;
import dev.fettle.models.config.Activation;
import dev.fettle.models.config.Dimensions;
import dev.fettle.models.config.Gpt2Config;
import dev.fettle.models.config.GptNeoxConfig;
import dev.fettle.models.config.HfConfig;
import dev.fettle.models.config.LlamaConfig;
import dev.fettle.models.config.RopeConfig;
import dev.fettle.models.config.RopeScaling;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Real model directories, where they are present. */
final class SharedModelsTest {

  private static Path model(String name) {
    Path dir = Path.of(System.getProperty("fettle.shared", "../shared"), "data").resolve(name);
    Assumptions.assumeTrue(Files.exists(dir), "skipped: no " + dir);
    return dir;
  }

  @Test
  void llamaWithTiedEmbeddings() {
    Path dir = model("models/stories260K");
    LlamaConfig c = (LlamaConfig) HfConfig.read(dir).model();
    assertThat(c.dims()).isEqualTo(new Dimensions(512, 64, 172, 5, 8, 4, 8, 512));
    assertThat(c.rmsNormEps()).isEqualTo(1e-5);
    assertThat(c.tied()).isTrue();
    assertThat(c.ids().eos()).containsExactly(2);
    assertThat(c.rope()).isEqualTo(new RopeConfig(10000, 8, 512, new RopeScaling.Default()));
    try (WeightSource w = WeightSource.open(dir)) {
      assertThat(w.names()).hasSize(47).contains("model.layers.4.mlp.gate_proj.weight");
      assertThat(w.shape("model.embed_tokens.weight")).containsExactly(512, 64);
      assertThat(w.dtype("model.norm.weight")).isEqualTo(DType.F32);
      for (String name : w.names()) {
        for (float x : w.read(name).toFloats()) {
          assertThat(Math.abs(x)).isLessThan(50f);
        }
      }
    }
  }

  @Test
  void aTiedModelThatStoresOnlyItsHeadNamesTheEmbeddingAsAlias() {
    Path dir = model("models/TinyStories-656K");
    LlamaConfig c = (LlamaConfig) HfConfig.read(dir).model();
    assertThat(c.tied()).isTrue();
    assertThat(c.rmsNormEps()).isEqualTo(1e-6);
    assertThat(c.dims()).isEqualTo(new Dimensions(2048, 128, 384, 2, 8, 4, 16, 512));
    try (WeightSource w = WeightSource.open(dir)) {
      assertThat(w.has("model.embed_tokens.weight")).isFalse();
      assertThat(w.alias("model.embed_tokens.weight")).contains("lm_head.weight");
      assertThat(w.alias("model.norm.weight")).isEmpty();
      assertThat(w.shape("lm_head.weight")).containsExactly(2048, 128);
    }
  }

  @Test
  void gpt2() {
    Path dir = model("models/gpt-nano-sort");
    Gpt2Config c = (Gpt2Config) HfConfig.read(dir).model();
    assertThat(c.dims()).isEqualTo(new Dimensions(3, 48, 192, 3, 3, 3, 16, 11));
    assertThat(c.tied()).isFalse();
    assertThat(c.activation()).isEqualTo(Activation.GELU_TANH);
    assertThat(c.scaleByHeadDim()).isTrue();
    assertThat(c.scaleByLayer()).isFalse();
    try (WeightSource w = WeightSource.open(dir)) {
      assertThat(w.shape("transformer.h.0.attn.c_attn.weight")).containsExactly(48, 144);
    }
  }

  @Test
  void configsOfTransformersFive() {
    Gpt2Config gpt2 = (Gpt2Config) HfConfig.read(model("golden/arch-random/gpt2-tied")).model();
    assertThat(gpt2.dims()).isEqualTo(new Dimensions(97, 32, 128, 2, 4, 4, 8, 64));
    assertThat(gpt2.tied()).isTrue();

    GptNeoxConfig neox =
        (GptNeoxConfig) HfConfig.read(model("golden/arch-random/gpt_neox-parallel")).model();
    assertThat(neox.parallelResidual()).isTrue();
    assertThat(neox.attentionBias()).isTrue();
    assertThat(neox.activation()).isEqualTo(Activation.GELU);
    assertThat(neox.rope().rotaryDim()).isEqualTo(2);
    assertThat(neox.layerNormEps()).isEqualTo(1e-5);

    LlamaConfig qwen = (LlamaConfig) HfConfig.read(model("golden/arch-random/qwen2-tied")).model();
    assertThat(qwen.family()).isEqualTo(LlamaConfig.Family.QWEN2);
    assertThat(qwen.biases()).isEqualTo(new LlamaConfig.Biases(true, false, false));
    assertThat(qwen.slidingWindow()).isEmpty();
    assertThat(qwen.ids().eos()).isEmpty();
    assertThat(qwen.ids().bos()).isEmpty();

    HfConfig reward = HfConfig.read(model("golden/trl/reward-init"));
    assertThat(reward.architectures()).containsExactly("LlamaForSequenceClassification");
    assertThat(((LlamaConfig) reward.model()).dims().headDim()).isEqualTo(16);
  }

  @Test
  void everyGoldenFileReads() {
    for (String name :
        List.of(
            "golden/arch-random/gpt_neox-parallel",
            "golden/arch-random/gpt2-tied",
            "golden/arch-random/qwen2-tied",
            "golden/trl/reward-init",
            "golden/stories260K/forward.safetensors",
            "golden/gpt-nano-sort/grads.safetensors")) {
      try (WeightSource w = WeightSource.open(model(name))) {
        assertThat(w.names()).isNotEmpty();
        w.names().forEach(n -> assertThat(w.read(n).sizes()).isEqualTo(w.shape(n)));
      }
    }
  }
}
