package dev.fettle.backend.tensorflow;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fettle.spi.BackendOptions;
import dev.fettle.spi.Device;
import dev.fettle.spi.DeviceUnavailableException;
import dev.fettle.spi.cuda.Cuda;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class NoGpuLibraryTest {

  @Test
  void anApplicationIsToldWhatToAddAndWhatToExclude() {
    Device gpu = Device.parse("gpu:0");
    String detail = new NativeLibraries(Cuda.here(Optional.empty())).gpu(gpu).detail();
    assumeTrue(detail.contains("class path"), "skipped: the GPU library is there: " + detail);
    assertThatThrownBy(() -> new TensorFlowProvider().open(gpu, BackendOptions.DEFAULT))
        .isInstanceOf(DeviceUnavailableException.class)
        .hasMessageContaining(
            "exclude org.tensorflow:tensorflow-core-native from dev.fettle:fettle-backend-tensorflow")
        .hasMessageContaining("add org.tensorflow:tensorflow-core-native:1.")
        .hasMessageContaining("classifier linux-x86_64-gpu")
        .hasMessageContaining("-Pgpu");
  }
}
