package dev.fettle.harness.config;

import dev.fettle.settings.Key;
import dev.fettle.settings.Keys;
import dev.fettle.settings.Range;
import java.nio.file.Path;

/**
 * Section {@code run}: which run this is.
 *
 * @param name the run's directory below {@code out}
 * @param seed of every random draw
 * @param out where runs are kept
 */
public record RunSettings(String name, long seed, Path out) {

  static final Keys<RunSettings> KEYS =
      Keys.of(
              RunSettings.class,
              Key.text("name", "the run's directory below `run.out`")
                  .must(RunSettings::isPlainName, "be the plain name of a directory")
                  .otherwise("run", "the file's name")
                  .also("run_name"),
              Key.whole("seed", Range.ANY, "of every random draw: order of rows, fresh weights")
                  .otherwise(0L)
                  .also("seed", "data_seed"),
              Key.path("out", "where runs are kept").otherwise(Path.of("runs")))
          .note("a run's directory is run.out/run.name; set them", "output_dir");

  private static boolean isPlainName(String name) {
    return !name.isBlank()
        && !name.startsWith(".")
        && name.chars().noneMatch(c -> c == '/' || c == '\\' || c == 0);
  }

  /** Everything the run writes is in here. */
  public Path directory() {
    return out.resolve(name);
  }
}
