package dev.fettle.harness.config;

import dev.fettle.settings.AlgorithmKeys;
import dev.fettle.settings.StagesReader;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** Reads a {@link Recipe} from a file, as {@link ConfigReader} reads a single run. */
public final class RecipeReader {
  private RecipeReader() {}

  /** Whether a file is a recipe: it has a section {@code stages}. */
  public static boolean isRecipe(Path file) {
    return StagesReader.isRecipe(file);
  }

  /** Reads a file as it is. */
  public static Recipe read(Path file) {
    return read(file, List.of());
  }

  /**
   * Reads a file.
   *
   * @param overrides settings that go before the file's: {@code stages.sft.train.steps=100} for one
   *     stage, {@code train.steps=100} for every stage
   * @throws dev.fettle.settings.ConfigException with everything that is wrong in any stage
   */
  public static Recipe read(Path file, List<String> overrides) {
    return read(file, overrides, KnownAlgorithms.all());
  }

  /**
   * Reads a file whose stages may name one of these algorithms and no other.
   *
   * @throws dev.fettle.settings.ConfigException with everything that is wrong in any stage
   */
  public static Recipe read(
      Path file, List<String> overrides, Collection<? extends AlgorithmKeys> algorithms) {
    return new Recipe(
        new StagesReader<>(RecipeTable.of(algorithms))
            .file(file, overrides, Map.of("run.name", ConfigReader.nameOf(file))));
  }
}
