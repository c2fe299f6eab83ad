package dev.fettle.harness.wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fettle.harness.Fettle;
import dev.fettle.harness.config.BackendSettings;
import dev.fettle.harness.doctor.BackendCheckup;
import dev.fettle.harness.doctor.SelfTest;
import dev.fettle.settings.ConfigException;
import dev.fettle.spi.Backend;
import dev.fettle.spi.Device;
import dev.fettle.spi.DeviceUnavailableException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** This module's tests have one backend on their class path, as an application may. */
class BackendsTest {
  private final Backends backends = Backends.discover();

  @Test
  void theOnlyBackendIsTheDefault() {
    assertThat(backends.provider(Optional.empty()).id()).isEqualTo("reference");
  }

  @Test
  void anAbsentBackendSaysWhatToAdd() {
    assertThatThrownBy(() -> backends.provider(Optional.of("tensorflow")))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "backend.id: no backend 'tensorflow' here; there is reference; add"
                + " dev.fettle:fettle-backend-tensorflow to the class path");
  }

  @Test
  void anUnknownBackendListsThoseThereAre() {
    assertThatThrownBy(() -> backends.provider(Optional.of("jax")))
        .hasMessageContaining("no backend 'jax' here; there is reference; choose one of these");
  }

  @Test
  void withoutAnyBackendTheMessageSaysSo() {
    assertThatThrownBy(() -> new Backends(List.of()).provider(Optional.empty()))
        .hasMessageContaining("no backend is on the class path")
        .hasMessageContaining("dev.fettle:fettle-backend-onnxruntime");
  }

  @Test
  void aDeviceThatCannotBeUsedIsNamed() {
    BackendSettings gpu =
        new BackendSettings(Optional.of("reference"), Device.parse("gpu:0"), 0, Map.of());
    assertThatThrownBy(() -> backends.open(gpu))
        .isInstanceOf(DeviceUnavailableException.class)
        .hasMessageContaining("gpu:0");
  }

  @Test
  void aSettingTheBackendDoesNotKnowIsAnError() {
    BackendSettings odd =
        new BackendSettings(Optional.of("reference"), Device.CPU, 0, Map.of("speed", "11"));
    assertThatThrownBy(() -> backends.open(odd))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("speed");
  }

  @Test
  void theSelfTestKnowsWhatComesOut() {
    try (Backend backend = backends.open(BackendSettings.of("reference"))) {
      assertThat(SelfTest.run(backend).right()).isTrue();
    }
    assertThat(Fettle.doctor()).allMatch(BackendCheckup::runs).hasSize(1);
  }
}
