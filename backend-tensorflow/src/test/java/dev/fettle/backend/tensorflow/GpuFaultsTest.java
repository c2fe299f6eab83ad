package dev.fettle.backend.tensorflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fettle.spi.BackendOptions;
import dev.fettle.spi.Device;
import dev.fettle.spi.DeviceUnavailableException;
import dev.fettle.spi.cuda.Gpus;
import dev.fettle.spi.cuda.Host;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever is wrong with a GPU is said when it is opened, in one line. No GPU is needed. */
class GpuFaultsTest {
  private static final Device GPU = Device.parse("gpu:0");

  @TempDir Path root;

  @BeforeEach
  void onLinux() {
    assumeTrue(
        System.getProperty("os.name").contains("Linux"), "skipped: TensorFlow has GPUs on Linux");
  }

  private static void refused(TensorFlowProvider provider, Device device, String... words) {
    assertThatThrownBy(() -> provider.open(device, BackendOptions.DEFAULT))
        .isInstanceOf(DeviceUnavailableException.class)
        .message()
        .contains(words)
        .doesNotContain("\n");
  }

  static Stream<String> needed() {
    return NativeLibraries.NEEDS.libraries().stream();
  }

  @ParameterizedTest
  @MethodSource("needed")
  void aLibraryThatIsMissingIsNamed(String library) {
    FakeMachine machine = new FakeMachine(root).without("/usr/local/cuda/lib64/" + library);
    refused(machine.provider(), GPU, "gpu:0 cannot be used: " + library + " not found; TensorFlow");
    assertThat(machine.provider().devices()).containsExactly(Device.CPU);
  }

  @Test
  void soAreTheDriverAndWhatCompilesKernels() {
    refused(
        new FakeMachine(root).without("/usr/lib/x86_64-linux-gnu/libcuda.so.1").provider(),
        GPU,
        "libcuda.so.1 not found");
    refused(
        new FakeMachine(root).without("/usr/local/cuda/nvvm/libdevice/libdevice.10.bc").provider(),
        GPU,
        "libdevice.10.bc not found");
    refused(
        new FakeMachine(root)
            .without("/usr/lib/x86_64-linux-gnu/libnvidia-ptxjitcompiler.so.1")
            .provider(),
        GPU,
        "ptxas (or the driver's libnvidia-ptxjitcompiler.so.1) not found");
  }

  @Test
  void aDeviceThatIsNotThereIsRefusedWithThoseThatAre() {
    refused(
        new FakeMachine(root).provider(),
        Device.parse("gpu:97"),
        "gpu:97 is not there: this machine shows gpu:0 NVIDIA H100 80GB HBM3, 79.6 GiB");
    assertThat(new FakeMachine(root).provider().devices()).containsExactly(Device.CPU, GPU);
  }

  @Test
  void aLibraryThatLacksAnotherIsRefused() {
    refused(
        new FakeMachine(root).doesNotLoad("libcusolver.so.11").provider(),
        GPU,
        "gpu:0 cannot be used: libnvJitLink.so.12 not found, which ",
        "libcusolver.so.11 needs");
  }

  /** TensorFlow would take the CPU without a word where it makes no device of the card. */
  @Test
  void aSessionWithoutTheGpuIsNotTaken() {
    assumeTrue(
        Gpus.of(Host.here()).visible().isEmpty(), "skipped: there is a GPU, which may be opened");
    FakeMachine machine = new FakeMachine(root);
    refused(
        machine.provider(),
        GPU,
        "gpu:0 cannot be used: TensorFlow made no device of it and would compute on the CPU",
        "TF_CPP_MIN_LOG_LEVEL=0");
    // All that is needed was loaded before TensorFlow was asked.
    assertThat(machine.loaded()).containsAll(NativeLibraries.NEEDS.libraries());
  }

  @Test
  void aWrongSettingIsNamedBeforeAnythingIsLookedFor() {
    BackendOptions options = new BackendOptions(1, Map.of("gpuMemory", "much"));
    assertThatThrownBy(() -> new FakeMachine(root).provider().open(GPU, options))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("gpuMemory")
        .hasMessageContaining("20GiB");
  }

  @Test
  void compilersAreToldWhereCudaIs() {
    Path other = Path.of("/opt/cuda-12.6/nvvm/libdevice/libdevice.10.bc");
    String folder = "--xla_gpu_cuda_data_dir=/opt/cuda-12.6";
    assertThat(CudaEnvironment.flags(Map.of(), Optional.of(other))).contains(folder);
    assertThat(CudaEnvironment.flags(Map.of("XLA_FLAGS", "--x=1"), Optional.of(other)))
        .contains("--x=1 " + folder);
    assertThat(
            CudaEnvironment.flags(
                Map.of("XLA_FLAGS", "--xla_gpu_cuda_data_dir=/mine"), Optional.of(other)))
        .isEmpty();
    Path usual = Path.of("/usr/local/cuda/nvvm/libdevice/libdevice.10.bc");
    assertThat(CudaEnvironment.flags(Map.of(), Optional.of(usual))).isEmpty();
    assertThat(CudaEnvironment.flags(Map.of(), Optional.empty())).isEmpty();
  }
}
