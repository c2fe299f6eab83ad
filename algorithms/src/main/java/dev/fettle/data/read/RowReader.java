package dev.fettle.data.read;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/** Reads the rows of one file in order. Used by one thread. */
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
   * either with {@code .gz}, or {@code .parquet}.
   *
   * @throws DataException where there is no such file (the message says what lies nearby), it is
   *     empty, or of no known kind
   */
  static RowReader open(Path file) {
    DataFiles.require(file);
    String name = file.toString().toLowerCase(Locale.ROOT);
    if (name.endsWith(".parquet")) {
      return new ParquetReader(file);
    }
    String plain = name.endsWith(".gz") ? name.substring(0, name.length() - 3) : name;
    if (plain.endsWith(".jsonl") || plain.endsWith(".ndjson")) {
      return new JsonLinesReader(file);
    }
    if (plain.endsWith(".json")) {
      return new JsonArrayReader(file);
    }
    throw new DataException(
        file
            + ": the kind of file is not known from its name; rows are read from .jsonl, .json (an array), .jsonl.gz,"
            + " .json.gz and .parquet");
  }
}
