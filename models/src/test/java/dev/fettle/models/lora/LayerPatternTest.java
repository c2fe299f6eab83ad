package dev.fettle.models.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.fettle.models.config.ModelFileException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LayerPatternTest {
  private static final String LAYER = "model.layers.11.self_attn.q_proj";
  private static final String LONG = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.b";

  @Test
  void matchesWholePaths() {
    String regex = "model\\.layers\\.[0-9]+\\.(self_attn|mlp)\\.(q|k|v)_proj";
    assertThat(LayerPattern.matches(regex, LAYER)).isTrue();
    assertThat(LayerPattern.matches(regex, LAYER + ".x")).isFalse();
    assertThat(LayerPattern.matches(".*(q|v)_proj$", LAYER)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        ".*.*.*.*.*.*.*.*.*c",
        "(a*)(a*)(a*)(a*)(a*)(a*)(a*)(a*)(a*)c",
        "(.+)(.+)(.+)(.+)(.+)(.+)(.+)(.+)\\1\\2c"
      })
  void endlessExpressionsEnd(String regex) {
    assertThatExceptionOfType(ModelFileException.class)
        .isThrownBy(() -> new LoraTargets.Matching(regex).includes(LONG))
        .withMessageContaining("adapter_config.json")
        .withMessageContaining("takes too long on the layer");
    LoraConfig config =
        new LoraConfig(
            8, 8, new LoraTargets.AllLinear(), false, List.of(), Map.of(regex, 4), Map.of());
    assertThatExceptionOfType(ModelFileException.class).isThrownBy(() -> config.rankOf(LONG));
  }
}
