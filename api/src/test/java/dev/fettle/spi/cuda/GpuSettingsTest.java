package dev.fettle.spi.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GpuSettingsTest {

  @Test
  void amountsAreRead() {
    assertThat(GpuSettings.of(Map.of())).isEqualTo(GpuSettings.DEFAULT);
    assertThat(GpuSettings.of(Map.of("gpuMemory", "20GiB")).memoryLimit()).hasValue(20L << 30);
    assertThat(GpuSettings.of(Map.of("gpuMemory", "512 MiB")).memoryLimit()).hasValue(512L << 20);
    assertThat(GpuSettings.of(Map.of("deterministic", "false")).deterministic()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"20", "20GB", "-1GiB", "1MiB", "", "lots"})
  void othersAreRefusedByName(String amount) {
    assertThatThrownBy(() -> GpuSettings.of(Map.of("gpuMemory", amount)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("setting gpuMemory is an amount such as 20GiB, at least 256MiB, not");
  }

  @Test
  void aSwitchIsTrueOrFalse() {
    assertThatThrownBy(() -> GpuSettings.of(Map.of("deterministic", "yes")))
        .hasMessageContaining("setting deterministic is true or false, not yes");
  }
}
