package dev.fettle.harness.config;

import dev.fettle.settings.AlgorithmKeys;
import dev.fettle.settings.ConfigException;
import dev.fettle.settings.SettingsReader;
import dev.fettle.settings.Stages;
import dev.fettle.settings.StagesReader;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * Reads a {@link RunConfig} from YAML or from JSON (a file named {@code .json}). Finds everything
 * that is wrong before it complains.
 */
public final class ConfigReader {
  private ConfigReader() {}

  /** Reads a file as it is. */
  public static RunConfig read(Path file) {
    return read(file, List.of());
  }

  /**
   * Reads a file.
   *
   * @param overrides settings that go before the file's, as in {@code train.steps=100}; the value
   *     is YAML
   * @throws ConfigException with everything that is wrong
   */
  public static RunConfig read(Path file, List<String> overrides) {
    return read(file, overrides, KnownAlgorithms.all());
  }

  /**
   * Reads a file that may name one of these algorithms and no other. A recipe of several runs is
   * read by {@link RecipeReader}.
   *
   * @throws ConfigException with everything that is wrong
   */
  public static RunConfig read(
      Path file, List<String> overrides, Collection<? extends AlgorithmKeys> algorithms) {
    StagesReader.names(file)
        .ifPresent(
            stages -> {
              throw ConfigException.about(
                  Stages.KEY,
                  file
                      + " is a recipe of several runs ("
                      + String.join(", ", stages)
                      + "), and one run is wanted here; name one of them (--stage, or"
                      + " Recipe.config), or train them all (fettle train, or FettleRecipe)");
            });
    return new SettingsReader<>(RunTable.of(algorithms))
        .file(file, overrides, Map.of("run.name", nameOf(file)));
  }

  static String nameOf(Path file) {
    String name = String.valueOf(file.getFileName());
    int dot = name.lastIndexOf('.');
    return dot > 0 ? name.substring(0, dot) : name;
  }
}
