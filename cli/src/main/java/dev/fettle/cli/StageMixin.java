package dev.fettle.cli;

import dev.fettle.harness.config.ConfigReader;
import dev.fettle.harness.config.RecipeReader;
import dev.fettle.harness.config.RunConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which stage of a recipe a command is for. */
final class StageMixin {
  @Option(
      names = "--stage",
      paramLabel = "NAME",
      description =
          "One stage, where the configuration is a recipe of several; see docs/recipes.md.")
  private @Nullable String stage;

  /** The stage that was named. */
  Optional<String> name() {
    return Optional.ofNullable(stage);
  }

  /**
   * The one run a command is for: the file's, or that of the stage. What the stage refers to must
   * be there.
   */
  RunConfig read(Path config, List<String> overrides) {
    if (stage == null) {
      return ConfigReader.read(config, overrides);
    }
    requireRecipe(config);
    return RecipeReader.read(config, overrides).settled(stage);
  }

  /** Refuses a stage of a file that has none. */
  void requireRecipe(Path config) {
    if (stage != null && !RecipeReader.isRecipe(config)) {
      // What is wrong with a file that cannot be read is told first.
      ConfigReader.read(config);
      throw new Failures.UsageException(
          "--stage " + stage + ": " + config + " is a single run, and has no stages; leave it out");
    }
  }
}
