package dev.fettle.spi.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The cards of a machine, by whatever it can tell. */
class GpusTest {
  @TempDir Path root;

  @Test
  void aMachineWithoutAnyIsNoError() {
    assertThat(Gpus.of(new FakeHost(root).host())).hasToString("no GPU");
    assertThat(Gpus.of(Host.here()).hidden()).isNotNegative();
  }

  @Test
  void theToolTellsNameMemoryDriverAndCuda() {
    Gpus gpus =
        Gpus.of(
            new FakeHost(root)
                .prints(
                    FakeHost.SMI,
                    "GPU-1, NVIDIA H100 80GB HBM3, 81559, 580.65.06",
                    "GPU-2, NVIDIA GB10, [N/A], 580.65.06")
                .prints("nvidia-smi", "Driver Version: 580.65.06  CUDA Version: 13.0  |")
                .host());
    assertThat(gpus)
        .hasToString(
            "gpu:0 NVIDIA H100 80GB HBM3, 79.6 GiB, driver 580.65.06, CUDA 13.0; "
                + "gpu:1 NVIDIA GB10, driver 580.65.06, CUDA 13.0");
  }

  @Test
  void anErrorOfTheToolIsNotACard() {
    FakeHost host = new FakeHost(root).prints(FakeHost.SMI, "No devices were found");
    assertThat(Gpus.of(host.host()).visible()).isEmpty();
  }

  @Test
  void withoutTheToolTheDriversFilesAreRead() {
    FakeHost host =
        new FakeHost(root)
            .text(
                "/proc/driver/nvidia/version",
                "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  570.86.15  Release Build")
            .text(
                "/proc/driver/nvidia/gpus/0000:01:00.0/information",
                "Model: \t\t NVIDIA A100-SXM4-40GB\nIRQ:   \t\t 168\nGPU UUID: \t GPU-77\n")
            .text("/proc/driver/nvidia/gpus/0000:02:00.0/information", "");
    assertThat(Gpus.of(host.host()))
        .hasToString(
            "gpu:0 NVIDIA A100-SXM4-40GB, driver 570.86.15; gpu:1 NVIDIA GPU, driver 570.86.15");
    host.set("CUDA_VISIBLE_DEVICES", "GPU-77");
    assertThat(Gpus.of(host.host()).visible()).hasSize(1);
  }

  @Test
  void elseTheDevicesAreCounted() {
    FakeHost host =
        new FakeHost(root)
            .text("/dev/nvidia0", "")
            .text("/dev/nvidia1", "")
            .text("/dev/nvidiactl", "");
    assertThat(Gpus.of(host.host())).hasToString("gpu:0 NVIDIA GPU; gpu:1 NVIDIA GPU");
  }

  @Test
  void cardsAreChosenAndNumberedAsCudaDoes() {
    FakeHost host = new FakeHost(root).cards(3, "580", "13.0");
    assertThat(Gpus.of(host.set("CUDA_VISIBLE_DEVICES", "2,0").host()).visible()).hasSize(2);
    assertThat(Gpus.of(host.set("CUDA_VISIBLE_DEVICES", "1,-1,2").host()).visible()).hasSize(1);
    assertThat(Gpus.of(host.set("CUDA_VISIBLE_DEVICES", "NoDevFiles").host()))
        .hasToString("no GPU; CUDA_VISIBLE_DEVICES hides 3");
    assertThat(Gpus.of(host.set("CUDA_VISIBLE_DEVICES", "GPU-1").host()).hidden()).isEqualTo(2);
  }
}
