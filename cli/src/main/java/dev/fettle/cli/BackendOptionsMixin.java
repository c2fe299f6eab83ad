package dev.fettle.cli;

import dev.fettle.harness.config.BackendSettings;
import dev.fettle.spi.Device;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of commands that open a model without a configuration file. */
final class BackendOptionsMixin {
  @Option(
      names = "--backend",
      paramLabel = "ID",
      description =
          "tensorflow, onnxruntime or reference; by default the first, by name, that can run here.")
  private @Nullable String id;

  @Option(
      names = "--device",
      defaultValue = "cpu",
      description = "cpu, gpu or gpu:1. Default: ${DEFAULT-VALUE}")
  private String device = "cpu";

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "0",
      description = "Threads for one operation; 0 takes one a core. Default: ${DEFAULT-VALUE}")
  private int threads;

  BackendSettings settings() {
    try {
      return new BackendSettings(Optional.ofNullable(id), Device.parse(device), threads, Map.of());
    } catch (IllegalArgumentException e) {
      throw new Failures.UsageException("--device: " + e.getMessage());
    }
  }
}
