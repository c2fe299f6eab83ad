package dev.fettle.data.read;

import java.nio.file.Path;
import java.util.Optional;

/** Reads until it is closed: a closed one that gave no rows would look like the end of the file. */
final class OpenReader implements RowReader {
  private final Path file;
  private final RowReader inner;
  private boolean closed;

  OpenReader(Path file, RowReader inner) {
    this.file = file;
    this.inner = inner;
  }

  @Override
  public Optional<Row> next() {
    if (closed) {
      throw new IllegalStateException(file + " is closed; open it again");
    }
    return inner.next();
  }

  @Override
  public double fraction() {
    return inner.fraction();
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      inner.close();
    }
  }
}
