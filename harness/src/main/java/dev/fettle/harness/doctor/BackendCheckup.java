package dev.fettle.harness.doctor;

import dev.fettle.spi.Backend;
import dev.fettle.spi.BackendOptions;
import dev.fettle.spi.BackendProvider;
import dev.fettle.spi.Device;
import java.util.List;
import java.util.Optional;

/**
 * What a backend can do on this machine.
 *
 * @param id as in {@code backend.id}
 * @param version of the runtime behind it
 * @param runs whether a training step came out right
 * @param detail what was found, or what is missing
 * @param devices those it could open
 * @param selfTest what the training step gave
 * @param products how fast it multiplies matrices; empty where it does not run
 */
public record BackendCheckup(
    String id,
    String version,
    boolean runs,
    String detail,
    List<Device> devices,
    String selfTest,
    Optional<ProductSpeeds> products) {

  /** Looks at one backend, and takes a training step of a tiny model on its CPU. */
  public static BackendCheckup of(BackendProvider provider) {
    if (!provider.probe().available()) {
      return failed(provider, "not run");
    }
    try (Backend backend = provider.open(Device.CPU, BackendOptions.DEFAULT)) {
      SelfTest.Result result = SelfTest.run(backend);
      return new BackendCheckup(
          provider.id(),
          provider.version(),
          result.right(),
          provider.probe().detail(),
          provider.devices(),
          result.toString(),
          Optional.of(ProductSpeeds.measure(backend)));
    } catch (RuntimeException | LinkageError e) {
      // Whatever goes wrong in native code is what the user asks to be told.
      return failed(provider, "failed: " + e);
    }
  }

  private static BackendCheckup failed(BackendProvider provider, String test) {
    return new BackendCheckup(
        provider.id(),
        provider.version(),
        false,
        provider.probe().detail(),
        provider.devices(),
        test,
        Optional.empty());
  }
}
