package dev.fettle.spi;

import java.util.List;

/**
 * Offers one backend. Found through {@link java.util.ServiceLoader}; loads no native code before
 * {@link #open}, so that listing backends is cheap and safe.
 */
public interface BackendProvider {

  /** The id users write in {@code backend.id}, as in {@code onnxruntime}. */
  String id();

  /** Version of the runtime behind it, for reports. */
  String version();

  /** Whether it can run on this machine, and if not why and what to do. */
  Availability probe();

  /** The devices it could open, as far as can be told without loading native code. */
  List<Device> devices();

  /**
   * Whether a device could be opened, as far as can be told without loading native code, and if not
   * what is missing.
   */
  default Availability probe(Device device) {
    return devices().contains(device)
        ? Availability.yes(id() + " can open " + device)
        : Availability.no("backend " + id() + " has no " + device + " here");
  }

  /**
   * Opens the backend.
   *
   * @param device the device, as in {@code cpu} or {@code gpu:0}
   * @throws DeviceUnavailableException if the device cannot be used, naming what is missing
   */
  Backend open(Device device, BackendOptions options);
}
