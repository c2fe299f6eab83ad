package dev.fettle.backend.tensorflow;

import dev.fettle.spi.Availability;
import dev.fettle.spi.Backend;
import dev.fettle.spi.BackendOptions;
import dev.fettle.spi.BackendProvider;
import dev.fettle.spi.Device;
import dev.fettle.spi.DeviceUnavailableException;
import dev.fettle.spi.cuda.Cuda;
import dev.fettle.spi.support.SoleUseBackend;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Offers TensorFlow Java as backend {@code tensorflow}. */
public final class TensorFlowProvider implements BackendProvider {
  static final String ID = "tensorflow";

  /** The version of TensorFlow Java's jars. */
  static final String JAR = "1.1.0";

  /** The same, with that of the runtime inside. */
  private static final String VERSION = JAR + " (TensorFlow 2.18)";

  private final NativeLibraries libraries;

  /** For the service loader. */
  public TensorFlowProvider() {
    this(new NativeLibraries(Cuda.here(Optional.empty())));
  }

  /** On another machine than this. */
  TensorFlowProvider(NativeLibraries libraries) {
    this.libraries = libraries;
  }

  @Override
  public String id() {
    return ID;
  }

  @Override
  public String version() {
    return VERSION;
  }

  @Override
  public Availability probe() {
    return libraries.cpu();
  }

  @Override
  public List<Device> devices() {
    List<Device> devices = new ArrayList<>();
    if (libraries.cpu().available()) {
      devices.add(Device.CPU);
    }
    for (int i = 0; i < libraries.gpus(); i++) {
      devices.add(new Device("gpu", i));
    }
    return devices;
  }

  @Override
  public Availability probe(Device device) {
    return device.isGpu() ? libraries.gpu(device) : libraries.cpu();
  }

  @Override
  public Backend open(Device device, BackendOptions options) {
    TensorFlowSettings settings = TensorFlowSettings.of(options);
    NativeLibraries found = libraries.with(settings.gpu().cudaPath());
    Availability usable = device.isGpu() ? found.gpu(device) : found.cpu();
    if (!usable.available()) {
      throw new DeviceUnavailableException(usable.detail());
    }
    SessionConfig config = new SessionConfig(device, options.effectiveThreads(), settings.gpu());
    try {
      Optional<GpuRuns> gpu =
          device.isGpu() ? Optional.of(open(config, found.cuda())) : Optional.empty();
      return new SoleUseBackend(new TensorFlowBackend(config, settings, gpu));
    } catch (LinkageError e) {
      throw new DeviceUnavailableException(
          "TensorFlow's native library does not load on this machine: "
              + FirstLine.of(String.valueOf(e.getMessage())),
          e);
    }
  }

  private static GpuRuns open(SessionConfig config, Cuda cuda) {
    cuda.load(config.device(), NativeLibraries.NEEDS);
    CudaEnvironment.prepare(cuda);
    return GpuRuns.open(config, cuda);
  }
}
