package dev.fettle.harness.doctor;

import dev.fettle.spi.Backend;
import dev.fettle.spi.BackendOptions;
import dev.fettle.spi.BackendProvider;
import dev.fettle.spi.Device;
import dev.fettle.spi.cuda.Gpus;
import java.util.List;
import java.util.Optional;

/**
 * What a backend can do on this machine.
 *
 * @param id as in {@code backend.id}
 * @param version of the runtime behind it
 * @param runs whether a training step came out right, on the CPU and on each GPU it can use
 * @param detail what was found, or what is missing
 * @param devices those it could open
 * @param selfTest what the training step gave on the CPU
 * @param products how fast the CPU multiplies matrices; empty where it does not run
 * @param gpus the machine's GPUs
 */
public record BackendCheckup(
    String id,
    String version,
    boolean runs,
    String detail,
    List<Device> devices,
    String selfTest,
    Optional<ProductSpeeds> products,
    List<GpuCheckup> gpus) {

  /** Keeps immutable copies. */
  public BackendCheckup {
    devices = List.copyOf(devices);
    gpus = List.copyOf(gpus);
  }

  /**
   * Looks at one backend, and takes a training step of a tiny model on its CPU and on each GPU.
   *
   * @param machine the GPUs there are
   */
  public static BackendCheckup of(BackendProvider provider, Gpus machine) {
    if (!provider.probe().available()) {
      return failed(provider, "not run");
    }
    try (Backend backend = provider.open(Device.CPU, BackendOptions.DEFAULT)) {
      SelfTest.Result result = SelfTest.run(backend);
      Optional<ProductSpeeds> products = Optional.of(ProductSpeeds.measure(backend));
      List<GpuCheckup> gpus =
          machine.visible().stream().map(gpu -> GpuCheckup.of(provider, gpu)).toList();
      boolean right = result.right() && gpus.stream().allMatch(g -> g.runs() || !g.usable());
      return new BackendCheckup(
          provider.id(),
          provider.version(),
          right,
          provider.probe().detail(),
          provider.devices(),
          result.toString(),
          products,
          gpus);
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
        Optional.empty(),
        List.of());
  }
}
