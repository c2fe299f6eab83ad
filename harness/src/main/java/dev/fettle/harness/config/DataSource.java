package dev.fettle.harness.config;

import dev.fettle.settings.Key;
import dev.fettle.settings.Keys;
import dev.fettle.settings.Range;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Rows that are counted together: of a file, of the files of a directory, or of those a pattern
 * matches.
 *
 * @param path the file, directory or pattern
 * @param weight its share of an epoch, over the sum of all weights; empty for 1 where another
 *     source has one, else each row is there once
 * @param limit rows read of it at most, the first ones; empty for all
 */
public record DataSource(Path path, Optional<Double> weight, Optional<Long> limit) {

  static final Keys<DataSource> KEYS =
      Keys.of(
          DataSource.class,
          Key.rows("path", "a file, a directory or a pattern of files of rows"),
          Key.number("weight", Range.above(0), "its share of an epoch, over the sum of all weights")
              .optional("each row once")
              .also("prob", "probability"),
          Key.whole("limit", Range.atLeast(1), "rows read of it at most, the first ones")
              .optional("all")
              .also("max_samples", "num_samples"));

  /** All rows, once. */
  public static DataSource of(Path path) {
    return new DataSource(path, Optional.empty(), Optional.empty());
  }
}
