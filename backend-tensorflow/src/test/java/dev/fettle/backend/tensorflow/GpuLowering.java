package dev.fettle.backend.tensorflow;

import dev.fettle.spi.Availability;
import dev.fettle.spi.Backend;
import dev.fettle.spi.BackendOptions;
import dev.fettle.spi.BackendProvider;
import dev.fettle.spi.Device;
import dev.fettle.spi.DeviceUnavailableException;
import dev.fettle.spi.support.SoleUseBackend;
import java.util.List;
import java.util.Optional;
import org.tensorflow.TensorFlow;

/** What is written for a GPU, with its switches, run by the CPU's kernels: that is right too. */
final class GpuLowering implements BackendProvider {
  private final BackendProvider cpu = new TensorFlowProvider();

  @Override
  public String id() {
    return cpu.id();
  }

  @Override
  public String version() {
    return cpu.version();
  }

  @Override
  public Availability probe() {
    return cpu.probe();
  }

  @Override
  public List<Device> devices() {
    return cpu.devices();
  }

  @Override
  public Backend open(Device device, BackendOptions options) {
    if (device.isGpu()) {
      throw new DeviceUnavailableException(device + " is not there");
    }
    return new SoleUseBackend(open(options, Optional.empty()));
  }

  /** On a card with so much memory. */
  static TensorFlowBackend open(BackendOptions options, Optional<GpuRuns.Bytes> memory) {
    TensorFlowSettings settings = TensorFlowSettings.of(options);
    SessionConfig config =
        new SessionConfig(Device.CPU, options.effectiveThreads(), settings.gpu());
    // The switches are those of the library that is loaded.
    TensorFlow.version();
    GpuRuns runs = new GpuRuns(config, ProcessSwitches.loaded(), () -> memory);
    return new TensorFlowBackend(config, settings, Optional.of(runs));
  }
}
