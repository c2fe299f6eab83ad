package dev.fettle.cli;

import dev.fettle.harness.config.AdapterSettings;
import dev.fettle.harness.config.ModelSettings;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which model a command works with. */
final class ModelOptionsMixin {
  @Option(
      names = "--model",
      required = true,
      paramLabel = "DIR",
      description = "A model directory, or that of an adapter whose base model is where it says.")
  private Path model;

  @Option(
      names = "--adapter",
      paramLabel = "DIR",
      description = "An adapter directory, as PEFT writes it, for the model.")
  private @Nullable Path adapter;

  ModelSettings settings() {
    ModelSettings settings = ModelSettings.of(model);
    return adapter == null ? settings : settings.with(AdapterSettings.of(adapter));
  }
}
