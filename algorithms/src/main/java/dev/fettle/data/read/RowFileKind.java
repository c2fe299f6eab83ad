package dev.fettle.data.read;

import java.nio.file.Path;
import java.util.List;

/**
 * A kind of file that holds rows. Those on the class path are found as services, in {@code
 * META-INF/services/dev.fettle.data.read.RowFileKind}; JSON Lines and JSON arrays are there always.
 */
public interface RowFileKind {

  /** What the names of such files end in, in lower case, as {@code .parquet}. */
  List<String> suffixes();

  /**
   * Opens a file, which is there and not empty.
   *
   * @param limits what may be held of it at once
   * @throws DataException where it is broken
   */
  RowReader open(Path file, ReadLimits limits);
}
