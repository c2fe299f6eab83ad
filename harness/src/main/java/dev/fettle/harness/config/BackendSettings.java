package dev.fettle.harness.config;

import dev.fettle.spi.BackendOptions;
import dev.fettle.spi.Device;
import java.util.Map;
import java.util.Optional;

/**
 * Section {@code backend}: what computes.
 *
 * @param id as in {@code onnxruntime}; by default the first, by name, that can run here
 * @param device as in {@code cpu} or {@code gpu:0}; default {@code cpu}
 * @param threads threads for one operation; 0, the default, takes one a core
 * @param options settings only that backend knows
 */
public record BackendSettings(
    Optional<String> id, Device device, int threads, Map<String, String> options) {

  /** Whatever backend there is, on the CPU, one thread a core. */
  public static final BackendSettings DEFAULT =
      new BackendSettings(Optional.empty(), Device.CPU, 0, Map.of());

  /** Copies the map. */
  public BackendSettings {
    options = Map.copyOf(options);
  }

  /** The default settings of one backend. */
  public static BackendSettings of(String id) {
    return new BackendSettings(Optional.of(id), Device.CPU, 0, Map.of());
  }

  /** What the backend is opened with. */
  public BackendOptions toOptions() {
    return new BackendOptions(threads, options);
  }
}
