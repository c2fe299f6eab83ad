package dev.fettle.spi.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fettle.spi.Availability;
import dev.fettle.spi.Device;
import dev.fettle.spi.DeviceUnavailableException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is said of CUDA on machines where something is missing, each made of fake folders. */
class CudaTest {
  private static final Device GPU = Device.parse("gpu:0");
  private static final String[] LIBRARIES = {
    "libcudart.so.12", "libcublasLt.so.12", "libcublas.so.12", "libcufft.so.11", "libcudnn.so.9"
  };
  private static final Needs NEEDS =
      new Needs("TensorFlow", "CUDA 12 and cuDNN 9", 12, List.of(LIBRARIES), true);
  private static final String LIBDEVICE = "/nvvm/libdevice/libdevice.10.bc";

  @TempDir Path root;

  @BeforeEach
  void onLinux() {
    assumeTrue(
        System.getProperty("os.name").contains("Linux"), "skipped: these are Linux's libraries");
  }

  private FakeHost machine() {
    return new FakeHost(root).cards(1, "580.65.06", "13.0");
  }

  private FakeHost whole() {
    return machine()
        .libraries("/usr/local/cuda/lib64", LIBRARIES)
        .text("/usr/local/cuda" + LIBDEVICE, "BC");
  }

  private static Cuda of(FakeHost host) {
    return new Cuda(host.host(), Optional.empty());
  }

  private static void refused(Availability found, String... words) {
    assertThat(found.available()).as(found.detail()).isFalse();
    assertThat(found.detail()).contains(words).doesNotContain("\n");
    assertThat(found.detail().length()).as(found.detail()).isLessThan(400);
  }

  private static void accepted(Availability found) {
    assertThat(found.available()).as(found.detail()).isTrue();
  }

  @Test
  void aWholeInstallationIsAcceptedAndTheCardNamed() {
    Availability found = of(whole()).check(GPU, NEEDS);
    accepted(found);
    assertThat(found.detail())
        .isEqualTo("gpu:0 NVIDIA H100 80GB HBM3, 79.6 GiB, driver 580.65.06, CUDA 13.0");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "libcudart.so.12",
        "libcublasLt.so.12",
        "libcublas.so.12",
        "libcufft.so.11",
        "libcudnn.so.9"
      })
  void eachMissingLibraryIsNamed(String missing) {
    FakeHost host = machine().text("/usr/local/cuda" + LIBDEVICE, "BC");
    for (String library : LIBRARIES) {
      if (!library.equals(missing)) {
        host.libraries("/usr/local/cuda/lib64", library);
      }
    }
    refused(
        of(host).check(GPU, NEEDS),
        "gpu:0 cannot be used: " + missing + " not found;",
        "TensorFlow needs CUDA 12 and cuDNN 9",
        "backend.options.cudaPath",
        "FETTLE_CUDA_PATH");
  }

  @Test
  void anotherVersionThatIsThereIsPointedAt() {
    FakeHost host = machine().libraries("/usr/local/cuda-13.0/lib64", "libcublasLt.so.13");
    refused(
        of(host).check(GPU, NEEDS),
        "libcudart.so.12, libcublasLt.so.12, ",
        "not found (there is ",
        "/usr/local/cuda-13.0/lib64/libcublasLt.so.13, of another version)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/* GNU ld script */ INPUT(libcufft.so.11.2)"})
  void aFileThatIsNoLibraryIsSaidToBeNone(String text) {
    FakeHost host = whole().text("/usr/local/cuda/lib64/libcufft.so.11", text);
    refused(of(host).check(GPU, NEEDS), "libcufft.so.11 not found (", "is not a library)");
  }

  @Test
  void theCompilersPartsAreNamedToo() {
    refused(
        of(machine().libraries("/usr/local/cuda/lib64", LIBRARIES)).check(GPU, NEEDS),
        "nvvm/libdevice/libdevice.10.bc not found");
    FakeHost noJit =
        new FakeHost(root.resolve("other"))
            .libraries("/lib64", LIBRARIES)
            .libraries("/lib64", "libcuda.so.1")
            .text("/opt/cuda" + LIBDEVICE, "BC");
    refused(
        of(noJit).check(GPU, NEEDS),
        "ptxas (or the driver's libnvidia-ptxjitcompiler.so.1) not found");
    noJit.text("/opt/cuda/bin/ptxas", "").path("/opt/cuda/bin/ptxas").toFile().setExecutable(true);
    accepted(of(noJit).check(GPU, NEEDS));
  }

  @Test
  void withoutADriverThatIsWhatIsSaid() {
    FakeHost host = new FakeHost(root).libraries("/usr/local/cuda/lib64", LIBRARIES);
    refused(
        of(host).check(GPU, NEEDS),
        "gpu:0 cannot be used: libcuda.so.1 not found, the NVIDIA driver's library",
        "this machine shows no GPU");
  }

  @Test
  void aDriverThatIsTooOldIsNamed() {
    FakeHost host = whole().cards(1, "470.82.01", "11.4");
    refused(of(host).check(GPU, NEEDS), "driver 470.82.01 runs CUDA 11.4 at most", "newer driver");
  }

  @Test
  void aCardThatIsNotThereIsRefusedWithThoseThatAre() {
    refused(
        of(whole().cards(2, "580.65.06", "13.0")).check(Device.parse("gpu:97"), NEEDS),
        "gpu:97 is not there: this machine shows gpu:0 NVIDIA H100 80GB HBM3",
        "gpu:1 NVIDIA H100 80GB HBM3");
  }

  @Test
  void cardsHiddenByTheEnvironmentAreSaidToBe() {
    FakeHost host = whole().cards(2, "580.65.06", "13.0").set("CUDA_VISIBLE_DEVICES", "");
    refused(
        of(host).check(GPU, NEEDS),
        "gpu:0 is not there: this machine shows no GPU; CUDA_VISIBLE_DEVICES hides 2");
    host.set("CUDA_VISIBLE_DEVICES", "1");
    accepted(of(host).check(GPU, NEEDS));
    refused(of(host).check(Device.parse("gpu:1"), NEEDS), "gpu:1 is not there", "hides one");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "LD_LIBRARY_PATH=/somewhere/lib",
        "LD_LIBRARY_PATH=/empty:/somewhere/lib",
        "CUDA_HOME=/somewhere",
        "CUDA_PATH=/somewhere",
        "FETTLE_CUDA_PATH=/somewhere",
        "FETTLE_CUDA_PATH=/empty:/somewhere/lib"
      })
  void cudaInstalledAnywhereIsAccepted(String assignment) {
    String[] parts = assignment.split("=", 2);
    String value = root + parts[1].replace(":", ":" + root);
    FakeHost host =
        machine()
            .libraries("/somewhere/lib", LIBRARIES)
            .text("/usr/local/cuda" + LIBDEVICE, "BC")
            .set(parts[0], value);
    accepted(of(host).check(GPU, NEEDS));
  }

  @Test
  void theLoadersCacheIsRead() {
    FakeHost host =
        machine()
            .libraries("/odd/place", LIBRARIES)
            .text("/usr/local/cuda" + LIBDEVICE, "BC")
            .prints(
                "/sbin/ldconfig -p",
                "5 libs found in cache `/etc/ld.so.cache'",
                "\tlibcudart.so.12 (libc6) => /i386/libcudart.so.12",
                "\tlibcudart.so.12 (libc6,x86-64) => /odd/place/libcudart.so.12",
                "\tlibcublasLt.so.12 (libc6,x86-64) => /odd/place/libcublasLt.so.12",
                "\tlibcublas.so.12 (libc6,x86-64) => /odd/place/libcublas.so.12",
                "\tlibcufft.so.11 (libc6,x86-64) => /odd/place/libcufft.so.11",
                "\tlibcudnn.so.9 (libc6,x86-64) => /gone/libcudnn.so.9");
    refused(of(host).check(GPU, NEEDS), "libcudnn.so.9 not found");
    accepted(of(host.libraries("/gone", "libcudnn.so.9")).check(GPU, NEEDS));
  }

  @Test
  void pythonsPackagesAreAccepted() {
    String packages = "/venv/lib/python3.12/site-packages";
    FakeHost host =
        machine()
            .libraries(packages + "/nvidia/cuda_runtime/lib", "libcudart.so.12")
            .libraries(packages + "/nvidia/cublas/lib", "libcublasLt.so.12", "libcublas.so.12")
            .libraries(packages + "/nvidia/cufft/lib", "libcufft.so.11")
            .libraries(packages + "/nvidia/cudnn/lib", "libcudnn.so.9")
            .text(packages + "/nvidia/cuda_nvcc" + LIBDEVICE, "BC");
    refused(of(host).check(GPU, NEEDS), "libcudart.so.12, ", "libcudnn.so.9", "not found");
    accepted(new Cuda(host.host(), Optional.of(host.path(packages).toString())).check(GPU, NEEDS));
    accepted(
        new Cuda(host.host(), Optional.of(host.path(packages + "/nvidia").toString()))
            .check(GPU, NEEDS));
  }

  @Test
  void whatIsNeededIsLoadedInOrderFromWhereItLies() {
    FakeHost host = whole();
    of(host).load(GPU, NEEDS);
    assertThat(host.loaded)
        .containsExactly(
            "libcuda.so.1",
            "libcudart.so.12",
            "libcublasLt.so.12",
            "libcublas.so.12",
            "libcufft.so.11",
            "libcudnn.so.9");
  }

  @Test
  void aLibraryThatLacksAnotherNamesIt() {
    FakeHost host =
        whole()
            .complains(
                "libcudnn.so.9",
                "libnvJitLink.so.12: cannot open shared object file: No such file or directory");
    assertThatThrownBy(() -> of(host).load(GPU, NEEDS))
        .isInstanceOf(DeviceUnavailableException.class)
        .hasMessageContaining("gpu:0 cannot be used: libnvJitLink.so.12 not found, which ")
        .hasMessageContaining("libcudnn.so.9 needs")
        .message()
        .doesNotContain("\n");
  }

  @Test
  void whateverElseTheLoaderSaysIsOneLine() {
    FakeHost host =
        whole().complains("libcufft.so.11", "version `GLIBC_2.38' not found\n(required by it)");
    assertThatThrownBy(() -> of(host).load(GPU, NEEDS))
        .isInstanceOf(DeviceUnavailableException.class)
        .hasMessageContaining("libcufft.so.11 does not load: version `GLIBC_2.38' not found")
        .message()
        .doesNotContain("\n");
    // Another class loader's: it is in the process.
    FakeHost twice = whole().complains("libcufft.so.11", "already loaded in another classloader");
    of(twice).load(GPU, NEEDS);
    assertThat(twice.loaded).contains("libcudnn.so.9");
  }
}
