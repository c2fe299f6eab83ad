package dev.fettle.backend.tensorflow;

import dev.fettle.spi.Availability;
import dev.fettle.spi.Backend;
import dev.fettle.spi.BackendOptions;
import dev.fettle.spi.BackendProvider;
import dev.fettle.spi.Device;
import dev.fettle.spi.DeviceUnavailableException;
import dev.fettle.spi.support.SoleUseBackend;
import java.util.ArrayList;
import java.util.List;

/** Offers TensorFlow Java as backend {@code tensorflow}. */
public final class TensorFlowProvider implements BackendProvider {
  static final String ID = "tensorflow";

  /** The version of TensorFlow Java's jars. */
  static final String JAR = "1.1.0";

  /** The same, with that of the runtime inside. */
  private static final String VERSION = JAR + " (TensorFlow 2.18)";

  private final NativeLibraries libraries = new NativeLibraries();

  /** For the service loader. */
  public TensorFlowProvider() {}

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
  public Backend open(Device device, BackendOptions options) {
    TensorFlowSettings settings = TensorFlowSettings.of(options);
    Availability usable = device.isGpu() ? libraries.gpu(device.index()) : libraries.cpu();
    if (!usable.available()) {
      throw new DeviceUnavailableException(usable.detail());
    }
    try {
      return new SoleUseBackend(new TensorFlowBackend(device, options, settings));
    } catch (LinkageError e) {
      throw new DeviceUnavailableException(
          "TensorFlow's native library does not load on this machine: " + e.getMessage(), e);
    }
  }
}
