package dev.fettle.parquet;

import dev.fettle.data.read.ReadLimits;
import dev.fettle.data.read.RowFileKind;
import dev.fettle.data.read.RowReader;
import java.nio.file.Path;
import java.util.List;

/** Files that end in {@code .parquet}. */
public final class ParquetFiles implements RowFileKind {

  /** For the service loader. */
  public ParquetFiles() {}

  @Override
  public List<String> suffixes() {
    return List.of(".parquet");
  }

  @Override
  public RowReader open(Path file, ReadLimits limits) {
    return new ParquetReader(file, limits);
  }
}
