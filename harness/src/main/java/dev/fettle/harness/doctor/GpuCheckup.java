package dev.fettle.harness.doctor;

import dev.fettle.spi.Availability;
import dev.fettle.spi.Backend;
import dev.fettle.spi.BackendOptions;
import dev.fettle.spi.BackendProvider;
import dev.fettle.spi.Device;
import dev.fettle.spi.cuda.Gpu;
import java.util.Optional;

/**
 * What a backend can do on one of the machine's GPUs.
 *
 * @param gpu the card
 * @param usable whether the backend finds all it needs to use it
 * @param runs whether a training step there came out as on the CPU, and was computed there
 * @param detail what was found, or what is missing
 * @param selfTest what the training step gave
 * @param products how fast it multiplies matrices; empty where it does not run
 */
public record GpuCheckup(
    Gpu gpu,
    boolean usable,
    boolean runs,
    String detail,
    String selfTest,
    Optional<ProductSpeeds> products) {

  /** Looks at one card, and takes a training step of a tiny model on it. */
  static GpuCheckup of(BackendProvider provider, Gpu gpu) {
    Device device = new Device("gpu", gpu.index());
    Availability usable = provider.probe(device);
    if (!usable.available()) {
      return new GpuCheckup(gpu, false, false, usable.detail(), "not run", Optional.empty());
    }
    try (Backend backend = provider.open(device, BackendOptions.DEFAULT)) {
      SelfTest.Result result = SelfTest.run(backend);
      return new GpuCheckup(
          gpu,
          true,
          result.right(),
          usable.detail(),
          result.toString(),
          Optional.of(ProductSpeeds.measure(backend)));
    } catch (RuntimeException | LinkageError e) {
      // Whatever goes wrong in native code is what the user asks to be told.
      return new GpuCheckup(
          gpu, true, false, usable.detail(), "failed: " + e.getMessage(), Optional.empty());
    }
  }

  /** The device's name in a configuration. */
  public Device device() {
    return new Device("gpu", gpu.index());
  }
}
