package dev.fettle.backend.reference;

import dev.fettle.spi.Availability;
import dev.fettle.spi.Backend;
import dev.fettle.spi.BackendOptions;
import dev.fettle.spi.BackendProvider;
import dev.fettle.spi.Device;
import dev.fettle.spi.DeviceUnavailableException;
import dev.fettle.spi.support.SoleUseBackend;
import java.util.List;

/** Offers the reference backend, which runs wherever Java does. */
public final class ReferenceProvider implements BackendProvider {
  /** What users write in {@code backend.id}. */
  public static final String ID = "reference";

  /** For the service loader. */
  public ReferenceProvider() {}

  @Override
  public String id() {
    return ID;
  }

  @Override
  public String version() {
    return "java " + Runtime.version().feature();
  }

  @Override
  public Availability probe() {
    return Availability.yes("plain Java; slow, meant for tests and small models");
  }

  @Override
  public List<Device> devices() {
    return List.of(Device.CPU);
  }

  @Override
  public Backend open(Device device, BackendOptions options) {
    if (!device.equals(Device.CPU)) {
      throw new DeviceUnavailableException(
          "backend reference computes on the cpu only, not on "
              + device
              + "; set backend.device: cpu");
    }
    if (!options.extra().isEmpty()) {
      throw new IllegalArgumentException(
          "backend reference knows no settings " + options.extra().keySet() + "; remove them");
    }
    return new SoleUseBackend(new ReferenceBackend(options.effectiveThreads()));
  }
}
