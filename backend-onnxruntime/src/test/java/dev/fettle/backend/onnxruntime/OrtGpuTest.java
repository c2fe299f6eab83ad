package dev.fettle.backend.onnxruntime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fettle.spi.BackendOptions;
import dev.fettle.spi.Device;
import dev.fettle.spi.DeviceUnavailableException;
import dev.fettle.spi.cuda.Cuda;
import dev.fettle.spi.cuda.Host;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said where a GPU cannot be used, each time in one line. */
class OrtGpuTest {
  private static final byte[] ELF = {0x7f, 'E', 'L', 'F', 2, 0};
  private static final String TABLE = "GPU-1, NVIDIA H100 80GB HBM3, 81559, 580.65.06\n";

  @TempDir Path root;

  private OrtProvider on(List<String> libraries, boolean hasProvider) throws IOException {
    Path folder = Files.createDirectories(root.resolve("usr/lib/x86_64-linux-gnu"));
    for (String library : libraries) {
      Files.write(folder.resolve(library), ELF);
    }
    Host host =
        new Host(
            root,
            Map.of(),
            command ->
                command.size() > 1 && command.get(0).equals("nvidia-smi")
                    ? Optional.of(TABLE)
                    : Optional.empty(),
            library -> {});
    return new OrtProvider(new OrtGpu(() -> hasProvider, new Cuda(host, Optional.empty())));
  }

  private static List<String> all() {
    return List.of(
        "libcuda.so.1",
        "libcudart.so.12",
        "libcublasLt.so.12",
        "libcublas.so.12",
        "libcurand.so.10",
        "libcudnn.so.9");
  }

  private static void refuses(OrtProvider provider, String device, String... words) {
    assertThatThrownBy(() -> provider.open(Device.parse(device), BackendOptions.DEFAULT))
        .isInstanceOf(DeviceUnavailableException.class)
        .hasMessageContaining(device)
        .hasMessageContainingAll(words)
        .satisfies(e -> assertThat(String.valueOf(e.getMessage()).lines()).hasSize(1));
  }

  @Test
  void aMissingLibraryIsNamed() throws IOException {
    for (String missing : all()) {
      Path fresh = root.resolve(missing);
      List<String> others = all().stream().filter(l -> !l.equals(missing)).toList();
      OrtProvider provider = new OrtGpuTest().with(fresh).on(others, true);
      refuses(provider, "gpu:0", missing + " not found");
      assertThat(provider.devices()).containsExactly(Device.CPU);
    }
  }

  private OrtGpuTest with(Path other) {
    root = other;
    return this;
  }

  @Test
  void aCardThatIsNotThereIsRefusedByName() throws IOException {
    OrtProvider provider = on(all(), true);
    refuses(provider, "gpu:97", "gpu:97 is not there", "gpu:0 NVIDIA H100 80GB HBM3, 79.6 GiB");
    assertThat(provider.devices()).containsExactly(Device.CPU, Device.parse("gpu:0"));
    assertThat(provider.probe(Device.parse("gpu:0")).available()).isTrue();
  }

  @Test
  void theCpuBuildIsNamedBeforeAnyLibrary() throws IOException {
    refuses(on(List.of(), false), "gpu:0", "onnxruntime_gpu", "this machine shows gpu:0 NVIDIA");
  }

  @Test
  void theRuntimesPageOfSignaturesBecomesOneLine() {
    String page =
        "Error code - ORT_RUNTIME_EXCEPTION - message:"
            + " /onnxruntime_src/onnxruntime/core/session/provider_bridge_ort.cc:2248"
            + " onnxruntime::Provider& onnxruntime::ProviderLibrary::Get() [ONNXRuntimeError] : 1 :"
            + " FAIL : Failed to load library libonnxruntime_providers_cuda.so with error:"
            + " libcublasLt.so.12: cannot open shared object file: No such file or directory\n\n";
    assertThat(OrtGpu.why(page)).isEqualTo("libcublasLt.so.12 not found");
    assertThat(OrtGpu.why("x [ONNXRuntimeError] : 1 : FAIL : no device\n(page)\n"))
        .isEqualTo("no device");
    assertThat(OrtGpu.why("")).isEqualTo("no reason given");
  }

  @Test
  void settingsOfAGpuAreCheckedByName() {
    for (Map<String, String> bad :
        List.of(
            Map.of("gpuMemory", "much"), Map.of("graphs", "maybe"), Map.of("deterministic", "1"))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new OrtProvider().open(Device.CPU, new BackendOptions(1, bad)))
          .withMessageContaining(bad.keySet().iterator().next());
    }
  }

  @Test
  void lackOfMemoryIsTold() {
    assertThat(RunFailure.isOutOfMemory(new IllegalStateException("CUDA failure 2: out of memory")))
        .isTrue();
    assertThat(
            RunFailure.isOutOfMemory(
                new IllegalStateException(
                    "Available memory of 1024 is smaller than requested bytes of 4096")))
        .isTrue();
    assertThat(RunFailure.isOutOfMemory(new IllegalStateException("no such node"))).isFalse();
  }
}
