package dev.fettle.data.read;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Reads the rows of one file in order. Used by one thread; after its end it is an {@link
 * IllegalStateException} to read on.
 */
public interface RowReader extends AutoCloseable {

  /**
   * The next row, or nothing at the end.
   *
   * @throws DataException where the file is broken; the message says where
   */
  Optional<Row> next();

  /** How much of the file has been read, 0 to 1, for a progress bar. */
  double fraction();

  @Override
  void close();

  /**
   * Opens a file by the kind its name ends in: {@code .jsonl}, {@code .json} (an array of objects),
   * either with {@code .gz}, or what a {@link RowFileKind} on the class path reads, such as {@code
   * .parquet}.
   *
   * @throws DataException where there is no such file (the message says what lies nearby), it is
   *     empty, or of no known kind
   */
  static RowReader open(Path file) {
    return open(file, ReadLimits.DEFAULT);
  }

  /** The same within other limits. */
  static RowReader open(Path file, ReadLimits limits) {
    DataFiles.require(file);
    return new OpenReader(file, RowFileKinds.of(file).open(file, limits));
  }
}
