package dev.fettle.integration;

import dev.fettle.spi.Backend;
import dev.fettle.spi.BackendOptions;
import dev.fettle.spi.BackendProvider;
import dev.fettle.spi.Device;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Stream;

/** The backends every parity test runs on. */
final class TestBackends {
  private TestBackends() {}

  /** All ids on the class path, or those named by {@code -Dfettle.backends=a,b}. */
  static Stream<String> ids() {
    String chosen = System.getProperty("fettle.backends", "");
    List<String> wanted = chosen.isEmpty() ? List.of() : List.of(chosen.split(","));
    return providers()
        .map(BackendProvider::id)
        .filter(id -> wanted.isEmpty() || wanted.contains(id));
  }

  private static Stream<BackendProvider> providers() {
    return ServiceLoader.load(BackendProvider.class).stream().map(ServiceLoader.Provider::get);
  }

  /** Opens one on the CPU. */
  static Backend open(String id) {
    return providers()
        .filter(p -> p.id().equals(id))
        .findFirst()
        .orElseThrow()
        .open(Device.CPU, BackendOptions.DEFAULT);
  }
}
