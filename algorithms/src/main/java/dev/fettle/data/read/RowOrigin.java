package dev.fettle.data.read;

import java.nio.file.Path;

/**
 * Where a row came from, for messages. Prints as {@code prefs.jsonl:4711} where rows are lines,
 * else as {@code prefs.parquet row 4711}.
 *
 * @param file the file as the user named it
 * @param number line or row, counted from 1
 * @param unit what {@code number} counts
 */
public record RowOrigin(Path file, long number, Unit unit) {

  /** What the number of an origin counts. */
  public enum Unit {
    /** Lines of a text file. */
    LINE,
    /** Rows of a file without lines. */
    ROW
  }

  @Override
  public String toString() {
    return unit == Unit.LINE ? file + ":" + number : file + " row " + number;
  }
}
