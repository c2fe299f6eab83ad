package dev.fettle.harness.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fettle.backend.reference.ReferenceProvider;
import dev.fettle.spi.Availability;
import dev.fettle.spi.Backend;
import dev.fettle.spi.BackendOptions;
import dev.fettle.spi.BackendProvider;
import dev.fettle.spi.Device;
import dev.fettle.spi.cuda.Gpu;
import dev.fettle.spi.cuda.Gpus;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** What the doctor says of a machine with a GPU, with the reference backend in the part of one. */
class GpuCheckupTest {
  private static final Gpu CARD =
      new Gpu(
          0,
          "NVIDIA H100 80GB HBM3",
          OptionalLong.of(81559L << 20),
          Optional.of("580.65.06"),
          Optional.of("13.0"));
  private static final Gpus MACHINE = new Gpus(List.of(CARD), 0);

  /** The reference backend, which says that it can use a GPU too, or why it cannot. */
  private record WithGpu(Availability gpu) implements BackendProvider {
    @Override
    public String id() {
      return "reference";
    }

    @Override
    public String version() {
      return "1";
    }

    @Override
    public Availability probe() {
      return Availability.yes("found");
    }

    @Override
    public List<Device> devices() {
      return gpu.available() ? List.of(Device.CPU, new Device("gpu", 0)) : List.of(Device.CPU);
    }

    @Override
    public Availability probe(Device device) {
      return device.isGpu() ? gpu : probe();
    }

    @Override
    public Backend open(Device device, BackendOptions options) {
      return new ReferenceProvider().open(Device.CPU, options);
    }
  }

  @Test
  void everyGpuIsTested() throws IOException {
    BackendCheckup checkup =
        BackendCheckup.of(new WithGpu(Availability.yes(CARD.toString())), MACHINE);
    assertThat(checkup.runs()).isTrue();
    assertThat(checkup.gpus())
        .singleElement()
        .satisfies(
            g -> {
              assertThat(g.runs()).isTrue();
              assertThat(g.selfTest()).startsWith("right: loss 4.154");
              assertThat(g.products()).isPresent();
            });
    JsonNode gpu = new ObjectMapper().readTree(CheckupJson.of(List.of(checkup))).at("/0/gpus/0");
    assertThat(gpu.get("device").asText()).isEqualTo("gpu:0");
    assertThat(gpu.get("name").asText()).isEqualTo("NVIDIA H100 80GB HBM3");
    assertThat(gpu.get("bytes").asLong()).isEqualTo(81559L << 20);
    assertThat(gpu.get("driver").asText()).isEqualTo("580.65.06");
    assertThat(gpu.get("cuda").asText()).isEqualTo("13.0");
    assertThat(gpu.get("runs").asBoolean()).isTrue();
    assertThat(gpu.at("/products/f32").asDouble()).isPositive();
  }

  @Test
  void whatIsMissingIsSaidAndIsNoFailure() {
    String missing = "gpu:0 cannot be used: libcublasLt.so.12 not found";
    BackendCheckup checkup = BackendCheckup.of(new WithGpu(Availability.no(missing)), MACHINE);
    assertThat(checkup.runs()).as("the CPU does").isTrue();
    assertThat(checkup.gpus())
        .singleElement()
        .satisfies(
            g -> {
              assertThat(g.usable()).isFalse();
              assertThat(g.detail()).isEqualTo(missing);
              assertThat(g.selfTest()).isEqualTo("not run");
            });
  }

  @Test
  void aBackendWithoutGpusSaysSo() {
    BackendCheckup checkup = BackendCheckup.of(new ReferenceProvider(), MACHINE);
    assertThat(checkup.gpus().get(0).detail()).isEqualTo("backend reference has no gpu:0 here");
  }

  @Test
  void aGpuThatDoesNotOpenFails() {
    BackendProvider broken =
        new BackendProvider() {
          private final WithGpu whole = new WithGpu(Availability.yes("found"));

          @Override
          public String id() {
            return whole.id();
          }

          @Override
          public String version() {
            return whole.version();
          }

          @Override
          public Availability probe() {
            return whole.probe();
          }

          @Override
          public List<Device> devices() {
            return whole.devices();
          }

          @Override
          public Backend open(Device device, BackendOptions options) {
            if (device.isGpu()) {
              throw new IllegalStateException("cudaGetDevice() failed");
            }
            return whole.open(device, options);
          }
        };
    BackendCheckup checkup = BackendCheckup.of(broken, MACHINE);
    assertThat(checkup.runs()).isFalse();
    assertThat(checkup.gpus().get(0).selfTest()).isEqualTo("failed: cudaGetDevice() failed");
  }

  @Test
  void numbersComputedElsewhereAreNotRight() {
    Device gpu = new Device("gpu", 0);
    SelfTest.Result there = result(gpu, Map.of("gpu:0", 300, "cpu", 12));
    assertThat(there.right()).isTrue();
    assertThat(there).asString().contains("12 operations on cpu, 300 operations on gpu:0");
    SelfTest.Result elsewhere = result(gpu, Map.of("gpu:0", 0, "cpu", 312));
    assertThat(elsewhere.right()).isFalse();
    assertThat(elsewhere).asString().startsWith("WRONG, NOT ON gpu:0");
    assertThat(result(gpu, Map.of()).right()).as("not told").isTrue();
  }

  private static SelfTest.Result result(Device device, Map<String, Integer> placement) {
    return new SelfTest.Result(
        SelfTest.LOSS, SelfTest.NORM, SelfTest.NEXT_LOSS, 1, device, placement);
  }
}
